// SPDX-License-Identifier: Apache-2.0
#include "page/json_parts.h"

#include <cmath>
#include <deque>

namespace sluice::page {

namespace {

Json SeriesJson(const std::deque<Point>& points, int64_t step_s,
                const std::vector<const char*>& names) {
  Json json = {{"step_s", step_s}, {"t", Json::array()}};
  for (const Point& point : points) json["t"].push_back(point.at_s);
  for (size_t i = 0; i < names.size(); ++i) {
    Json values = Json::array();
    for (const Point& point : points) values.push_back(Number(point.values[i]));
    json[names[i]] = std::move(values);
  }
  return json;
}

}  // namespace

std::string Line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json Number(double value) {
  if (!std::isfinite(value)) return {};
  const double rounded = std::round(value * 1000) / 1000;
  // Whole numbers without ".0": most are, and there are thousands of them.
  if (rounded == std::trunc(rounded) && std::abs(rounded) < 1e15)
    return static_cast<int64_t>(rounded);
  return rounded;
}

Json JsonOf(const Headline& headline) {
  return {{"level", ToString(headline.level)},
          {"code", headline.code},
          {"sentence", headline.sentence},
          {"detail", headline.detail},
          {"runbook", headline.runbook}};
}

Json JsonOf(const std::vector<ConfigRow>& config) {
  Json rows = Json::array();
  for (const ConfigRow& row : config)
    rows.push_back({{"key", row.key}, {"value", row.value}, {"origin", row.origin}});
  return rows;
}

Json JsonOf(const std::vector<Link>& links) {
  Json rows = Json::array();
  for (const Link& link : links) rows.push_back({{"title", link.title}, {"href", link.href}});
  return rows;
}

Json HistoryJson(const History& history, const std::vector<const char*>& names) {
  return {{"fine", SeriesJson(history.fine(), 1, names)},
          {"coarse", SeriesJson(history.coarse(), History::kCoarseSeconds, names)}};
}

Json PointJson(const Point& point, const std::vector<const char*>& names) {
  Json json = {{"t", point.at_s}};
  for (size_t i = 0; i < names.size(); ++i) json[names[i]] = Number(point.values[i]);
  return json;
}

void AddNewest(const History& history, const std::vector<const char*>& names,
               const std::vector<LogRow>& log, Json& json) {
  json["point"] = PointJson(history.fine().back(), names);
  if (!history.coarse().empty()) json["coarse_point"] = PointJson(history.coarse().back(), names);
  json["log"] = LogJson(log);
}

}  // namespace sluice::page
