// SPDX-License-Identifier: Apache-2.0
//
// alert.rules.yaml for a plan: without the rules of programs that it does not have, with numbers that
// fit, with links that lead to its Grafana.
#pragma once

#include <string>

#include "monitoring/plan.h"

namespace sluice::monitoring {

std::string AlertRules(const Plan& plan);

}  // namespace sluice::monitoring
