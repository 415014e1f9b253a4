// SPDX-License-Identifier: Apache-2.0
//
// JSON that the pages of a query and of a producer have in common. Private to this folder.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "page/board.h"
#include "page/headline.h"
#include "page/history.h"
#include "page/log_row.h"

namespace sluice::page {

using Json = nlohmann::ordered_json;

// One line; bytes that are not UTF-8 become U+FFFD.
std::string Line(const Json& json);
// To three decimals; null for what is unknown.
Json Number(double value);
Json JsonOf(const Headline& headline);
Json JsonOf(const std::vector<ConfigRow>& config);
Json JsonOf(const std::vector<Link>& links);

template <typename Rows>
Json LogJson(const Rows& rows) {
  Json all = Json::array();
  for (const LogRow& row : rows)
    all.push_back({{"at_ms", row.at_ms},
                   {"level", row.level},
                   {"message", row.message},
                   {"fields", row.fields}});
  return all;
}

// {"fine": {"step_s", "t": [...], NAME: [...], ...}, "coarse": {...}}
Json HistoryJson(const History& history, const std::vector<const char*>& names);
// {"t", NAME: value, ...}
Json PointJson(const Point& point, const std::vector<const char*>& names);
// What a sample brings that was not there before: "point", "coarse_point" if there is one, "log".
void AddNewest(const History& history, const std::vector<const char*>& names,
               const std::vector<LogRow>& log, Json& json);

}  // namespace sluice::page
