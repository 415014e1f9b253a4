// SPDX-License-Identifier: Apache-2.0
//
// The line that a terminal shows while a query runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sluice::cli {

struct RunStatus {
  std::string state;  // "running", "waiting: topic missing"
  int64_t rows = 0;   // committed
  double rows_per_second = 0;
  std::optional<int64_t> table_version;
  std::optional<double> freshness_seconds;
  int64_t memory_bytes = 0;
  // A query that drains what is there: records read, which of them are not committed yet, what is
  // left, and how long it has been at it.
  bool draining = false;
  int64_t read = 0;
  int64_t uncommitted = 0;
  int64_t remaining = 0;
  double draining_seconds = 0;
};

// "1,234,567 rows  52,300 rows/s  version 41  freshness 0.3 s  memory 180 MB", cut to `width`; with a
// bar, what is left and an estimate when draining.
std::string FormatStatusLine(const RunStatus& status, int width);

// "180 MB", "1.2 GB".
std::string HumanBytes(int64_t bytes);
// "45 s", "3 min 20 s", "2 h 05 min".
std::string HumanDuration(double seconds);

}  // namespace sluice::cli
