// SPDX-License-Identifier: Apache-2.0
//
// Standard error of a command that runs for a while: the log, and what the command itself has to say. Beside
// a text log that is plain lines for the person who started it; a JSON log takes it in as events, so
// that whatever reads standard error finds nothing but JSON lines.
//
//   Console console;
//   CommandOutput output(report.log, "", console);
//   output.Tell(monitor::LogLevel::kInfo, "summary", "12 rows in 1 batch", {{"rows", 12}});
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"
#include "config/findings.h"
#include "monitor/log.h"
#include "page/inbox.h"
#include "page/log_row.h"

namespace sluice::cli {

// Thread-safe.
class CommandOutput {
 public:
  // `query`: goes with every event of the log; empty: left out.
  CommandOutput(const config::LogOptions& wanted, std::string query, Console& console);
  CommandOutput(const CommandOutput&) = delete;
  CommandOutput& operator=(const CommandOutput&) = delete;

  Console& console() { return console_; }
  monitor::Log& log() { return log_; }
  // The lines of the log for a page: as many as nobody has taken yet, up to a limit.
  page::Inbox<page::LogRow>& page_log() { return page_log_; }

  // A line with `text`, or an event of the log with the fields.
  void Tell(monitor::LogLevel level, std::string_view event, const std::string& text,
            std::vector<monitor::LogField> fields = {});
  // The first SIGINT or SIGTERM was taken; `how`: "at a batch boundary, within 5 seconds".
  void TellStopping(const char* signal, const std::string& how);

 private:
  Console& console_;
  page::Inbox<page::LogRow> page_log_{512};
  monitor::Log log_;
};

}  // namespace sluice::cli
