// SPDX-License-Identifier: Apache-2.0
#include "monitoring/dashboards.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "monitoring/text.h"
#include "monitoring/thresholds.h"

namespace sluice::monitoring {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kProducerFile = "producer.json";

// Steps at one number, in panels that ask for one of these metrics, begin at another.
struct Shift {
  std::vector<std::string> metrics;
  double from = 0;
  double to = 0;
};

std::vector<Shift> ShiftsFor(const Thresholds& thresholds) {
  const auto freshness = static_cast<double>(Raised(kFreshnessSeconds, thresholds.trigger));
  const auto stuck = static_cast<double>(Raised(kStuckSeconds, thresholds.trigger));
  const auto frozen = static_cast<double>(thresholds.frozen_seconds);
  const std::vector<std::string> late = {"source_lag_seconds", "end_to_end_latency_seconds"};
  const std::vector<std::string> header = {"header_timestamp_seconds"};
  return {{late, kFreshnessSeconds, freshness},
          {late, kFreshnessSeconds / 2.0, freshness / 2},
          {{"last_commit_timestamp_seconds"}, kStuckSeconds, stuck},
          {header, kFrozenSeconds, frozen},
          {header, kFrozenSeconds / 5.0, frozen / 5}};
}

bool AsksFor(const Json& panel, const std::vector<std::string>& metrics) {
  if (!panel.contains("targets")) return false;
  return std::ranges::any_of(panel["targets"], [&](const Json& target) {
    const auto& expr = target["expr"].get_ref<const std::string&>();
    return std::ranges::any_of(
        metrics, [&](const std::string& metric) { return expr.find(metric) != std::string::npos; });
  });
}

// Every `steps` below this, of the panel itself and of its overrides. All shifts look at what was there
// before, so that one does not undo another.
void ShiftSteps(Json& part, const std::vector<Shift>& shifts) {
  if (part.is_object() && part.contains("steps") && part["steps"].is_array()) {
    for (Json& step : part["steps"]) {
      const auto shift = std::ranges::find_if(shifts, [&](const Shift& one) {
        return step["value"].is_number() && step["value"].get<double>() == one.from;
      });
      if (shift != shifts.end() && shift->to != shift->from) step["value"] = shift->to;
    }
    return;
  }
  if (!part.is_structured()) return;
  for (Json& inner : part) ShiftSteps(inner, shifts);
}

// Titles and descriptions speak of the objective in seconds.
void Respell(Json& part, int64_t freshness) {
  for (const char* key : {"title", "description"}) {
    if (!part.contains(key)) continue;
    part[key] = Replaced(part[key].get<std::string>(), fmt::format(" {} s", kFreshnessSeconds),
                         fmt::format(" {} s", freshness));
  }
}

void SetConstant(Json& variable, const std::string& value) {
  variable["query"] = value;
  const Json chosen = {{"selected", true}, {"text", value}, {"value", value}};
  variable["current"] = chosen;
  variable["options"] = Json::array({chosen});
}

std::string StatusPage(const Json& dashboard, const Plan& plan) {
  const bool of_producer = dashboard["uid"] == "sluice-producer";
  const Target& target = of_producer ? plan.producers.front().target : plan.jobs.front().target;
  return "http://" + target.address;
}

}  // namespace

bool HasUseFor(std::string_view file, const Plan& plan) {
  return file == kProducerFile ? !plan.producers.empty() : !plan.jobs.empty();
}

std::string Dashboard(std::string_view source, const Plan& plan) {
  const Thresholds thresholds = ThresholdsOf(plan);
  Json dashboard = Json::parse(source);
  for (Json& variable : dashboard["templating"]["list"]) {
    if (variable["name"] == "status_page") SetConstant(variable, StatusPage(dashboard, plan));
    if (variable["name"] == "trigger_seconds") {
      const auto seconds = std::chrono::duration<double>(thresholds.trigger).count();
      SetConstant(variable, fmt::format("{:g}", seconds));
    }
  }
  const std::vector<Shift> shifts = ShiftsFor(thresholds);
  for (Json& panel : dashboard["panels"]) {
    std::vector<Shift> mine;
    std::ranges::copy_if(shifts, std::back_inserter(mine),
                         [&](const Shift& shift) { return AsksFor(panel, shift.metrics); });
    if (panel.contains("fieldConfig")) ShiftSteps(panel["fieldConfig"], mine);
    Respell(panel, Raised(kFreshnessSeconds, thresholds.trigger));
  }
  return dashboard.dump(2) + "\n";
}

}  // namespace sluice::monitoring
