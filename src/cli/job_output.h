// SPDX-License-Identifier: Apache-2.0
//
// Standard error of a command that runs a job: the log, and what the command itself has to say. Beside
// a text log that is plain lines for the person who started it; a JSON log takes it in as events, so
// that whatever reads standard error finds nothing but JSON lines.
//
//   Console console;
//   JobOutput output(report, "config.yaml", console);
//   output.Tell(monitor::LogLevel::kInfo, "summary", "12 rows in 1 batch", {{"rows", 12}});
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"
#include "config/job_config.h"
#include "monitor/log.h"
#include "monitor/query_metrics.h"

namespace sluice::cli {

// Thread-safe.
class JobOutput {
 public:
  // How to write the log is known from a configuration with mistakes too. `file` names the query if
  // nothing else does.
  JobOutput(const config::ConfigReport& report, const std::string& file, Console& console);
  JobOutput(const JobOutput&) = delete;
  JobOutput& operator=(const JobOutput&) = delete;

  Console& console() { return console_; }
  monitor::Log& log() { return log_; }
  // Of the query; they count the log's lines.
  monitor::QueryMetrics& metrics() { return metrics_; }

  // A line with `text`, or an event of the log with the fields.
  void Tell(monitor::LogLevel level, std::string_view event, const std::string& text,
            std::vector<monitor::LogField> fields = {});
  // The first SIGINT or SIGTERM was taken.
  void TellStopping(const char* signal);

 private:
  Console& console_;
  monitor::QueryMetrics metrics_;
  monitor::Log log_;
};

}  // namespace sluice::cli
