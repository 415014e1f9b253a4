// SPDX-License-Identifier: Apache-2.0
//
// Mistakes and warnings of a configuration, on standard error.
#pragma once

#include "cli/command_output.h"
#include "config/findings.h"

namespace sluice::cli {

// For commands that have no log.
void PrintReport(const config::Findings& report);

// Before a job or a producer: the same lines, or events of a JSON log.
void TellReport(const config::Findings& report, CommandOutput& output);

}  // namespace sluice::cli
