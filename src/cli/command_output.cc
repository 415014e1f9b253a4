// SPDX-License-Identifier: Apache-2.0
#include "cli/command_output.h"

#include <fmt/format.h>

#include <utility>

#include "core/clock.h"

namespace sluice::cli {

namespace {

monitor::LogOptions LogOptionsOf(const config::LogOptions& wanted, const Console& console,
                                 std::string query) {
  monitor::LogOptions options;
  options.level = monitor::ParseLogLevel(wanted.level);
  options.json = wanted.format == "json" || (wanted.format == "auto" && !console.is_terminal());
  options.color = console.use_color();
  options.query = std::move(query);
  return options;
}

std::string ForPage(std::string text) {
  if (text.size() <= page::kLogTextBytes) return text;
  text.resize(page::kLogTextBytes);
  return text + "...";
}

}  // namespace

CommandOutput::CommandOutput(const config::LogOptions& wanted, std::string query, Console& console)
    : console_(console),
      log_(LogOptionsOf(wanted, console, std::move(query)), SystemClock(),
           [this](std::string_view line) { console_.Line(line); }) {
  log_.OnRecord([this](const monitor::LogRecord& record) {
    page_log_.Put({record.at_ms, ToString(record.level), ForPage(record.message),
                   ForPage(FormatFields(record))});
  });
}

void CommandOutput::Tell(monitor::LogLevel level, std::string_view event, const std::string& text,
                         std::vector<monitor::LogField> fields) {
  if (log_.writes_json()) {
    log_.Write(level, event, text, std::move(fields));
  } else {
    console_.Line(text);
  }
}

void CommandOutput::TellStopping(const char* signal, const std::string& how) {
  Tell(monitor::LogLevel::kInfo, "stop_requested",
       fmt::format("{}: stopping {}; once more ends at once", signal, how),
       {{"signal", std::string(signal)}});
}

}  // namespace sluice::cli
