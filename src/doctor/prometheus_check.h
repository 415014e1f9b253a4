// SPDX-License-Identifier: Apache-2.0
//
// Does Prometheus scrape us, are our rules loaded, and does it send its alerts on? The third of the classic
// questions. All by Prometheus' HTTP API (v1).
#pragma once

#include <string>
#include <vector>

#include "doctor/finding.h"
#include "doctor/monitored.h"
#include "doctor/web.h"

namespace sluice::doctor {

// GET /api/v1/targets?state=active. `runs`: our port is answered.
Finding CheckTargets(const std::string& prometheus, const Result<Answer>& targets,
                     const Monitored& monitored, bool runs);

// GET /api/v1/rules.
Finding CheckRules(const std::string& prometheus, const Result<Answer>& rules,
                   const Monitored& monitored);

// GET /api/v1/alertmanagers: addresses that Prometheus sends to.
std::vector<std::string> ActiveAlertmanagers(const Result<Answer>& answer);

}  // namespace sluice::doctor
