// SPDX-License-Identifier: Apache-2.0
//
// prometheus.yaml for a plan: its programs as targets, with the labels that the rules want.
#pragma once

#include <string>

#include "monitoring/plan.h"

namespace sluice::monitoring {

std::string ScrapeConfig(const Plan& plan);

}  // namespace sluice::monitoring
