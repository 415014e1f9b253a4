// SPDX-License-Identifier: Apache-2.0
//
// Rules that concern more than one key; and the values that several keys decide together.
#pragma once

#include <string>

#include "config/key_table.h"
#include "config/reader.h"

namespace sluice::config {

// Adds the mistakes and warnings to `result` and completes the draft's JobConfig.
void SettleDraft(const std::string& file, Draft& draft, ReadResult& result);

// The rules of the sections that every kind of configuration has.
void SettleOutput(const std::string& file, const OutputDraft& draft, ReadResult& result);

}  // namespace sluice::config
