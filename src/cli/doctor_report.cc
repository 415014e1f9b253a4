// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sluice::cli {

namespace {

using doctor::Finding;
using doctor::Severity;

constexpr size_t kLeastRoom = 30;  // columns for words; narrower terminals break by themselves

const char* Word(Severity severity) {
  switch (severity) {
    case Severity::kOk: return "ok";
    case Severity::kWarn: return "WARN";
    case Severity::kFail: return "FAIL";
    case Severity::kSkipped: break;
  }
  return "-";
}

const char* Color(Severity severity) {
  switch (severity) {
    case Severity::kOk: return "\033[32m";
    case Severity::kWarn: return "\033[33m";
    case Severity::kFail: return "\033[1;31m";
    case Severity::kSkipped: break;
  }
  return "\033[2m";
}

int64_t CountOf(const DoctorReport& report, Severity severity) {
  return std::ranges::count(report.findings, severity, &Finding::severity);
}

// Columns of UTF-8, near enough.
size_t Columns(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// `text` after `indent` columns, broken at blanks, the further lines indented as far.
std::string Broken(const std::string& text, size_t indent, int width) {
  const size_t room = width > 0 ? static_cast<size_t>(width) : 0;
  if (room < indent + kLeastRoom) return text;
  std::string out;
  size_t column = indent;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (column > indent && column + 1 + Columns(word) > room) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += Columns(word);
    at = end + 1;
  }
  return out;
}

std::string Line(const Finding& finding, size_t name_width, const DoctorStyle& style) {
  const size_t indent = 8 + name_width + 2;
  std::string word = fmt::format("{:<4}", Word(finding.severity));
  if (style.color) word = Color(finding.severity) + word + "\033[0m";
  std::string text = fmt::format("  {}  {:<{}}  {}\n", word, finding.name, name_width,
                                 Broken(finding.seen, indent, style.width));
  if (finding.remedy.empty()) return text;
  return text + fmt::format("{}-> {}\n", std::string(indent, ' '),
                            Broken(finding.remedy, indent + 3, style.width));
}

std::string Totals(const DoctorReport& report) {
  std::string text;
  const auto add = [&text](int64_t count, const char* words) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, words);
  };
  add(CountOf(report, Severity::kFail), "failed");
  add(CountOf(report, Severity::kWarn), "to look at");
  add(CountOf(report, Severity::kOk), "ok");
  add(CountOf(report, Severity::kSkipped), "skipped");
  return fmt::format("{} ({:.1f} s)", text, report.seconds);
}

}  // namespace

std::string DoctorText(const DoctorReport& report, const DoctorStyle& style) {
  size_t name_width = 0;
  for (const Finding& finding : report.findings)
    name_width = std::max(name_width, finding.name.size());
  std::string text = "sluice doctor: " + report.subject + "\n";
  for (const Finding& finding : report.findings) text += Line(finding, name_width, style);
  return text + Totals(report) + "\n";
}

std::string DoctorJson(const DoctorReport& report) {
  using Json = nlohmann::ordered_json;
  Json findings = Json::array();
  for (const Finding& finding : report.findings) {
    findings.push_back({{"name", finding.name},
                        {"severity", doctor::SeverityName(finding.severity)},
                        {"seen", finding.seen},
                        {"remedy", finding.remedy}});
  }
  const Json json = {{"subject", report.subject},
                     {"findings", std::move(findings)},
                     {"ok", CountOf(report, Severity::kOk)},
                     {"warn", CountOf(report, Severity::kWarn)},
                     {"fail", CountOf(report, Severity::kFail)},
                     {"skipped", CountOf(report, Severity::kSkipped)},
                     {"seconds", report.seconds},
                     {"exit_code", report.exit_code}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sluice::cli
