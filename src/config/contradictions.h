// SPDX-License-Identifier: Apache-2.0
//
// Rules that concern more than one key; and the values that several keys decide together.
#pragma once

#include <string>

#include "config/reader.h"

namespace sluice::config {

// Adds the mistakes and warnings to `result` and completes its draft's JobConfig.
void SettleDraft(const std::string& file, ReadResult& result);

}  // namespace sluice::config
