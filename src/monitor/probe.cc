// SPDX-License-Identifier: Apache-2.0
#include "monitor/probe.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "monitor/log.h"

namespace sluice::monitor {

using Json = nlohmann::ordered_json;

Probe ProbeOf(std::vector<Check> checks) {
  const bool ok = std::ranges::all_of(checks, &Check::ok);
  return {ok, std::move(checks)};
}

std::string ProbeJson(const Probe& probe, bool with_details) {
  Json checks = Json::array();
  for (const Check& check : probe.checks) {
    Json one = {{"name", check.name}, {"ok", check.ok}};
    if (with_details) one["detail"] = check.detail;
    one["since"] = Rfc3339(check.since_ms);
    checks.push_back(std::move(one));
  }
  const Json json = {{"ok", probe.ok}, {"checks", std::move(checks)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void CheckTimes::Note(Probe& probe, int64_t now_ms) {
  for (Check& check : probe.checks) {
    State& state = states_.try_emplace(check.name, State{check.ok, now_ms}).first->second;
    if (state.ok != check.ok) state = {check.ok, now_ms};
    check.since_ms = state.since_ms;
  }
}

}  // namespace sluice::monitor
