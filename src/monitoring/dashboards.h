// SPDX-License-Identifier: Apache-2.0
//
// Grafana's dashboards for a plan: its trigger, its status page, lines and colours where its alerts begin.
#pragma once

#include <string>
#include <string_view>

#include "monitoring/plan.h"

namespace sluice::monitoring {

// `source`: the text of a file of monitoring/grafana_dashboards/.
std::string Dashboard(std::string_view source, const Plan& plan);

// Whether a plan has programs that this file ("overview.json") shows.
bool HasUseFor(std::string_view file, const Plan& plan);

}  // namespace sluice::monitoring
