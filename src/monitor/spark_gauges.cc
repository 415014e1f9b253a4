// SPDX-License-Identifier: Apache-2.0
#include "monitor/spark_gauges.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace sluice::monitor {

namespace {

using Json = nlohmann::json;

// Every other character than letters and digits is one '_', whatever its bytes in UTF-8.
std::string NormalizedKey(const std::string& key) {
  std::string name = "metrics_" + key + "_";
  std::erase_if(name, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; });
  for (char& c : name) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!kept) c = '_';
  }
  return name;
}

// Spark's progress leaves out what is no finite number.
double NumberAt(const Json& json, const char* name) {
  const auto at = json.find(name);
  return at != json.end() && at->is_number() ? at->get<double>() : 0;
}

// As Double.toString has it: never without a point.
std::string JavaDouble(double value) {
  const std::string text = fmt::format("{}", value);
  return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
}

}  // namespace

SparkGauges::SparkGauges(const std::string& spark_namespace, const std::string& query)
    : prefix_(NormalizedKey(spark_namespace + ".driver.spark.streaming." + query)) {}

void SparkGauges::Progressed(const std::string& json) {
  const Json progress = Json::parse(json, nullptr, false);
  if (!progress.is_object()) return;
  const auto durations = progress.find("durationMs");
  const std::scoped_lock lock(mutex_);
  input_rate_ = NumberAt(progress, "inputRowsPerSecond");
  processing_rate_ = NumberAt(progress, "processedRowsPerSecond");
  latency_ms_ = durations == progress.end()
                    ? 0
                    : static_cast<int64_t>(NumberAt(*durations, "triggerExecution"));
}

std::string SparkGauges::Text() const {
  const std::scoped_lock lock(mutex_);
  std::string text;
  const auto add = [&](const char* gauge, const std::string& value) {
    for (const char* kind : {"Number", "Value"})
      text += fmt::format("{}{}_{}{{type=\"gauges\"}} {}\n", prefix_, gauge, kind, value);
  };
  // There is no watermark and no state: what Spark says of such a query.
  add("eventTime_watermark", "0");
  add("inputRate_total", JavaDouble(input_rate_));
  add("latency", fmt::format("{}", latency_ms_));
  add("processingRate_total", JavaDouble(processing_rate_));
  add("states_rowsTotal", "0");
  add("states_usedBytes", "0");
  return text;
}

}  // namespace sluice::monitor
