// SPDX-License-Identifier: Apache-2.0
//
// A finished Parquet file that waits for its Delta commit: what parquet/ makes and delta/ adds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

struct DataFile {
  // Relative to the table root, Hive-escaped but not yet URI-encoded: "day=2026-01-01/part-...parquet".
  std::string path;
  // One for each partition column, in the table's order; nullopt = null. Delta's text form.
  std::vector<std::pair<std::string, std::optional<std::string>>> partition_values;
  int64_t size_bytes = 0;
  int64_t modification_time_ms = 0;
  int64_t num_records = 0;
  // Delta's statistics: {"numRecords":..,"minValues":{..},"maxValues":{..},"nullCount":{..}}.
  std::string stats_json;
};

}  // namespace sluice
