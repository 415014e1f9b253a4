// SPDX-License-Identifier: Apache-2.0
//
// The output of a command that runs a job: with the query's metrics, which count the log's lines.
//
//   Console console;
//   JobOutput output(report, "config.yaml", console);
#pragma once

#include <string>

#include "cli/command_output.h"
#include "config/job_config.h"
#include "monitor/query_metrics.h"

namespace sluice::cli {

// Thread-safe.
class JobOutput : public CommandOutput {
 public:
  // How to write the log is known from a configuration with mistakes too. `file` names the query if
  // nothing else does.
  JobOutput(const config::ConfigReport& report, const std::string& file, Console& console);

  monitor::QueryMetrics& metrics() { return metrics_; }
  // The first SIGINT or SIGTERM was taken.
  void TellStopping(const char* signal);

 private:
  monitor::QueryMetrics metrics_;
};

}  // namespace sluice::cli
