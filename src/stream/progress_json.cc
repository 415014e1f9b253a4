// SPDX-License-Identifier: Apache-2.0
#include "stream/progress_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

namespace sluice::stream {

namespace {

using Json = nlohmann::ordered_json;

struct Rates {
  double input = 0;
  double processed = 0;
};

Rates RatesOf(const Progress& progress, int64_t previous_trigger_ms) {
  Rates rates;
  const auto rows = static_cast<double>(progress.records);
  const int64_t since_ms = progress.timestamp_ms - previous_trigger_ms;
  if (previous_trigger_ms >= 0 && since_ms > 0)
    rates.input = rows / (static_cast<double>(since_ms) / 1000.0);
  const auto took = progress.duration_ms.find("triggerExecution");
  if (took != progress.duration_ms.end() && took->second > 0) {
    rates.processed = rows / (static_cast<double>(took->second) / 1000.0);
  }
  return rates;
}

Json OffsetsJson(const OffsetMap& offsets, checkpoint::ScalaVersion scala) {
  return Json::parse(checkpoint::OffsetsToJson(offsets, scala));
}

// Text, as Spark has it; the mean with at least one digit after the point.
Json BehindLatest(const SourceProgress& source) {
  std::vector<int64_t> behind;
  for (const auto& [partition, end] : source.end) {
    const auto latest = source.latest.find(partition);
    if (latest != source.latest.end())
      behind.push_back(std::max<int64_t>(latest->second.value - end.value, 0));
  }
  if (behind.empty()) return Json::object();
  double sum = 0;
  for (int64_t records : behind) sum += static_cast<double>(records);
  const auto [least, most] = std::minmax_element(behind.begin(), behind.end());
  return {{"avgOffsetsBehindLatest", Json(sum / static_cast<double>(behind.size())).dump()},
          {"maxOffsetsBehindLatest", std::to_string(*most)},
          {"minOffsetsBehindLatest", std::to_string(*least)}};
}

Json SourceJson(const ProgressContext& context, const Progress& progress, const Rates& rates,
                bool first) {
  Json source;
  source["description"] = context.source_description;
  source["startOffset"] = first ? Json(nullptr) : OffsetsJson(progress.source.start, context.scala);
  source["endOffset"] = OffsetsJson(progress.source.end, context.scala);
  source["latestOffset"] = OffsetsJson(progress.source.latest, context.scala);
  source["numInputRows"] = progress.records;
  source["inputRowsPerSecond"] = rates.input;
  source["processedRowsPerSecond"] = rates.processed;
  const Json metrics = BehindLatest(progress.source);
  if (!metrics.empty()) source["metrics"] = metrics;
  return source;
}

}  // namespace

std::string Iso8601Millis(int64_t timestamp_ms) {
  using std::chrono::days;
  using std::chrono::milliseconds;
  const std::chrono::sys_time<milliseconds> moment{milliseconds(timestamp_ms)};
  const auto midnight = std::chrono::floor<days>(moment);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss<milliseconds> time(moment - midnight);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

std::string ProgressJson(const ProgressContext& context, const Progress& progress,
                         int64_t previous_trigger_ms, bool first) {
  const Rates rates = RatesOf(progress, previous_trigger_ms);
  Json json;
  json["id"] = context.id;
  json["runId"] = context.run_id;
  json["name"] = context.name.empty() ? Json(nullptr) : Json(context.name);
  json["timestamp"] = Iso8601Millis(progress.timestamp_ms);
  json["batchId"] = progress.batch.value;
  json["numInputRows"] = progress.records;
  json["inputRowsPerSecond"] = rates.input;
  json["processedRowsPerSecond"] = rates.processed;
  json["durationMs"] = Json(progress.duration_ms);
  json["stateOperators"] = Json::array();
  json["sources"] = Json::array({SourceJson(context, progress, rates, first)});
  json["sink"] = {{"description", context.sink_description}, {"numOutputRows", -1}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sluice::stream
