// SPDX-License-Identifier: Apache-2.0
//
// The statistics of a data file as the log has them: a number keeps every digit, of which a reader into
// doubles would lose some.
//
//   std::optional<StatsText> stats = ReadStats(file.stats_json);
//   stats->Of("minValues", "price")                          // "1.50"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::cli {

struct StatsValue {
  std::string group;   // "minValues"
  std::string column;  // at the top level
  std::string json;
};

struct StatsText {
  std::string json;                // all of it, on one line
  std::vector<StatsValue> values;  // in the order of the log

  // Null: there is none.
  const std::string* Of(std::string_view group, std::string_view column) const;
};

// Nothing if it is no JSON.
std::optional<StatsText> ReadStats(const std::string& stats_json);

}  // namespace sluice::cli
