// SPDX-License-Identifier: Apache-2.0
#include "cli/report_mistakes.h"

#include <fmt/format.h>

#include <cstdio>

namespace sluice::cli {

namespace {

using monitor::LogLevel;

// Empty without a mistake.
std::string Verdict(const config::Findings& report) {
  const size_t count = report.mistakes.size();
  if (count == 0) return "";
  return fmt::format("{} mistake{} in the configuration; nothing was started", count,
                     count == 1 ? "" : "s");
}

std::vector<std::string> Lines(const config::Findings& report) {
  std::vector<std::string> lines;
  for (const config::Mistake& warning : report.warnings)
    lines.push_back("warning: " + warning.ToString());
  for (const config::Mistake& mistake : report.mistakes) lines.push_back(mistake.ToString());
  if (const std::string verdict = Verdict(report); !verdict.empty()) lines.push_back(verdict);
  return lines;
}

std::vector<monitor::LogField> FieldsOf(const config::Mistake& mistake) {
  std::vector<monitor::LogField> fields = {{"file", mistake.file}};
  if (mistake.line > 0) fields.push_back({"line", int64_t{mistake.line}});
  if (!mistake.key.empty()) fields.push_back({"key", mistake.key});
  return fields;
}

}  // namespace

void PrintReport(const config::Findings& report) {
  for (const std::string& line : Lines(report)) fmt::print(stderr, "{}\n", line);
}

void TellReport(const config::Findings& report, CommandOutput& output) {
  if (!output.log().writes_json()) {
    for (const std::string& line : Lines(report)) output.console().Line(line);
    return;
  }
  for (const config::Mistake& warning : report.warnings)
    output.Tell(LogLevel::kWarn, "config_warning", warning.ToString(), FieldsOf(warning));
  for (const config::Mistake& mistake : report.mistakes)
    output.Tell(LogLevel::kError, "config_mistake", mistake.ToString(), FieldsOf(mistake));
  if (const std::string verdict = Verdict(report); !verdict.empty())
    output.Tell(LogLevel::kError, "config_refused", verdict);
}

}  // namespace sluice::cli
