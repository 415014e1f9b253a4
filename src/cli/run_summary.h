// SPDX-License-Identifier: Apache-2.0
//
// What a run has done, and how to look at its table.
#pragma once

#include <string>

#include "cli/job_output.h"
#include "cli/run_watch.h"
#include "config/job_config.h"

namespace sluice::cli {

// Lines for a person, without a newline at the end.
std::string FormatSummary(const config::JobConfig& job, const RunTotals& totals);

// These lines, or the event `summary` of a JSON log.
void TellSummary(JobOutput& output, const config::JobConfig& job, const RunTotals& totals);

}  // namespace sluice::cli
