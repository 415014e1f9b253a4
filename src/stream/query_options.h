// SPDX-License-Identifier: Apache-2.0
//
// How a query runs: trigger, limits, lanes, memory, and where its state and table are.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sluice::stream {

struct Trigger {
  enum class Kind { kProcessingTime, kAvailableNow, kOnce } kind = Kind::kProcessingTime;
  std::chrono::milliseconds interval{0};  // kProcessingTime; 0: back to back
};

struct RateLimits {
  std::optional<int64_t> max_offsets_per_trigger;
  std::optional<int64_t> min_offsets_per_trigger;
  std::chrono::milliseconds max_trigger_delay{std::chrono::minutes(15)};
};

struct QueryOptions {
  std::string name;  // label `query` of metrics, "name" in progress; may be empty
  Trigger trigger;
  RateLimits limits;
  std::string checkpoint_location;
  std::string table_path;
  std::set<std::string> topics;  // of the source, where it names them; empty: a pattern does
  std::vector<std::string> partition_by;
  std::string event_time;  // column whose newest time is told with each batch; empty: none
  bool merge_schema = false;
  // A new query over a table that holds rows already; false: whoever starts it has said so himself.
  bool warn_of_foreign_table = true;
  int bad_samples = 5;  // bad records of a batch and a reason that Progress brings along
  int lanes = 0;        // 0: one a core
  int64_t memory_bytes = 512LL << 20;
  std::string scala = "2.12";  // key order of offsets in a new checkpoint: "2.12" or "2.13"
};

}  // namespace sluice::stream
