// SPDX-License-Identifier: Apache-2.0
//
// What a configuration comes to, on standard output.
#pragma once

#include <vector>

#include "config/findings.h"

namespace sluice::cli {

// One line a key, with value and origin; a long text stands below its key.
void PrintEffectiveValues(const std::vector<config::EffectiveValue>& values);

}  // namespace sluice::cli
