// SPDX-License-Identifier: Apache-2.0
//
// Mistakes and warnings of a configuration, on standard error.
#pragma once

#include "cli/job_output.h"
#include "config/job_config.h"

namespace sluice::cli {

// For commands that have no log.
void PrintReport(const config::ConfigReport& report);

// Before a job: the same lines, or events of a JSON log.
void TellReport(const config::ConfigReport& report, JobOutput& output);

}  // namespace sluice::cli
