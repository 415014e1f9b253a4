// SPDX-License-Identifier: Apache-2.0
//
// A line of the log, as a page shows it.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::page {

struct LogRow {
  int64_t at_ms = 0;
  std::string level;  // debug, info, warn, error
  std::string message;
  std::string fields;  // "rows=12 version=3"
};

inline constexpr size_t kLogRows = 200;
// More of a text helps nobody on a page: a progress report of many partitions has hundreds of kilobytes.
inline constexpr size_t kLogTextBytes = 4096;

}  // namespace sluice::page
