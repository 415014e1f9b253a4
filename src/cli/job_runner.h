// SPDX-License-Identifier: Apache-2.0
//
// Runs one configured job with everything around it: log, metrics, health, status line.
#pragma once

#include <stop_token>

#include "cli/job_output.h"
#include "cli/run_watch.h"
#include "config/job_config.h"
#include "core/result.h"

namespace sluice::cli {

// Until the trigger is done, an error, or `stop`. The error has been written to the log already.
// `totals`, if given, is filled either way.
Status RunJob(const config::JobConfig& job, JobOutput& output, const std::stop_token& stop,
              RunTotals* totals);

}  // namespace sluice::cli
