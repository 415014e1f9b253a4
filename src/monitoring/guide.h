// SPDX-License-Identifier: Apache-2.0
//
// The README.md of what is written for a plan.
#pragma once

#include <string>

#include "monitoring/plan.h"

namespace sluice::monitoring {

std::string Guide(const Plan& plan);

}  // namespace sluice::monitoring
