// SPDX-License-Identifier: Apache-2.0
//
// What the stages say of a producer's configuration before anything is opened.
#pragma once

#include <vector>

#include "config/producer_config.h"

namespace sluice::cli {

std::vector<config::ProducerCheck> AllProducerChecks();

}  // namespace sluice::cli
