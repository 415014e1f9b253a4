// SPDX-License-Identifier: Apache-2.0
#include "cli/job_output.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "cli/run_watch.h"
#include "core/clock.h"

namespace sluice::cli {

namespace {

// The label `query` of metrics and log.
std::string LabelOf(const config::ConfigReport& report, const std::string& file) {
  const std::string name = report.config ? report.config->query.name : "";
  return name.empty() ? std::filesystem::path(file).stem().string() : name;
}

monitor::LogOptions LogOptionsOf(const config::LogOptions& wanted, const Console& console,
                                 std::string query) {
  monitor::LogOptions options;
  options.level = monitor::ParseLogLevel(wanted.level);
  options.json = wanted.format == "json" || (wanted.format == "auto" && !console.is_terminal());
  options.color = console.use_color();
  options.query = std::move(query);
  return options;
}

}  // namespace

JobOutput::JobOutput(const config::ConfigReport& report, const std::string& file, Console& console)
    : console_(console),
      metrics_(LabelOf(report, file), RejectReasons()),
      log_(LogOptionsOf(report.log, console, LabelOf(report, file)), SystemClock(),
           [this](std::string_view line) { console_.Line(line); }) {
  log_.OnLine([this](std::string_view level) { metrics_.LogLine(level); });
}

void JobOutput::Tell(monitor::LogLevel level, std::string_view event, const std::string& text,
                     std::vector<monitor::LogField> fields) {
  if (log_.writes_json()) {
    log_.Write(level, event, text, std::move(fields));
  } else {
    console_.Line(text);
  }
}

void JobOutput::TellStopping(const char* signal) {
  Tell(monitor::LogLevel::kInfo, "stop_requested",
       fmt::format("{}: stopping at a batch boundary, within 5 seconds; once more ends at once",
                   signal),
       {{"signal", std::string(signal)}});
}

}  // namespace sluice::cli
