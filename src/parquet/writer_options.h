// SPDX-License-Identifier: Apache-2.0
//
// How data files are written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::parquet {

struct WriterOptions {
  std::string compression = "zstd";  // or "snappy", "none"
  int compression_level = 1;         // zstd only
  std::string encoding = "compact";  // or "compatible": PLAIN and dictionary alone
  std::vector<std::string> partition_by{};
  int64_t row_group_rows = 1 << 18;
  int64_t row_group_bytes =
      32 << 20;  // bytes of rows in memory, of all open files, before a row group is closed
  // Columns with statistics: ways of names to leaves, an ARRAY or MAP being one; unset: all leaves.
  std::optional<std::vector<std::vector<std::string>>> stats_columns{};
  int max_open_files = 64;  // partition values written at once; more are closed, oldest first
};

}  // namespace sluice::parquet
