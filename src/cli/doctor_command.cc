// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "cli/console.h"
#include "cli/core_dumps.h"
#include "cli/doctor_report.h"
#include "cli/exit_code.h"
#include "cli/produce_checks.h"
#include "cli/run_command.h"
#include "cli/stage_checks.h"
#include "config/producer_config.h"
#include "core/clock.h"
#include "doctor/examine.h"

namespace sluice::cli {

namespace {

using doctor::Findings;
using doctor::Severity;

constexpr const char* kName = "configuration";

// Mistakes one by one, else one line; warnings each in a line of its own.
Findings ConfigurationFindings(const config::Findings& report, const std::string& file) {
  Findings findings;
  for (const config::Mistake& mistake : report.mistakes)
    findings.push_back(doctor::Fail(kName, mistake.ToString(), ""));
  if (!findings.empty()) {
    findings.back().remedy = "correct these lines; sluice check shows what they come to";
    findings.push_back(doctor::Skipped("all else", "the configuration has mistakes"));
  }
  for (const config::Mistake& warning : report.warnings)
    findings.push_back(doctor::Warn(kName, warning.ToString(), ""));
  if (findings.empty()) findings.push_back(doctor::Ok(kName, file + " has no mistakes"));
  doctor::Redact(&findings, {});
  return findings;
}

int ExitCodeOf(const config::Findings& report, const Findings& findings) {
  if (!report.mistakes.empty()) return kExitConfiguration;
  const bool fails =
      std::ranges::find(findings, Severity::kFail, &doctor::Finding::severity) != findings.end();
  return fails ? kExitStopped : kExitOk;
}

void Examine(const DoctorArguments& arguments, const config::ProducerReport& loaded,
             DoctorReport* report) {
  if (!loaded.config) return;
  report->subject += ", producer to topic " + loaded.config->producer.kafka.topic;
  const Findings more = doctor::ExamineProducer(*loaded.config, arguments.places);
  report->findings.insert(report->findings.end(), more.begin(), more.end());
}

void Examine(const DoctorArguments& arguments, const config::ConfigReport& loaded,
             DoctorReport* report) {
  if (!loaded.config) return;
  if (!loaded.config->query.name.empty()) report->subject += ", query " + loaded.config->query.name;
  Schema columns;
  const auto bound = BindJob(StagesOf(*loaded.config));
  if (bound.ok()) columns = *bound->transform->output_schema();
  const Findings more = doctor::ExamineJob(*loaded.config, columns, arguments.places);
  report->findings.insert(report->findings.end(), more.begin(), more.end());
}

template <typename Loaded>
DoctorReport ReportOn(const DoctorArguments& arguments, const Loaded& loaded) {
  DoctorReport report;
  report.subject = arguments.config;
  report.findings = ConfigurationFindings(loaded, arguments.config);
  const auto begin = SystemClock().Monotonic();
  Examine(arguments, loaded, &report);
  report.seconds = std::chrono::duration<double>(SystemClock().Monotonic() - begin).count();
  report.exit_code = ExitCodeOf(loaded, report.findings);
  return report;
}

}  // namespace

int DoctorCommand(const DoctorArguments& arguments) {
  ForbidCoreDumps();  // before a key or the webhook is read
  const bool producer = config::IsProducerFile(arguments.config);
  const DoctorReport report =
      producer
          ? ReportOn(arguments, config::LoadProducerConfig(arguments.config, ProcessEnvironment(),
                                                           AllProducerChecks()))
          : ReportOn(arguments, config::LoadJobConfig(arguments.config, ProcessEnvironment(),
                                                      AllStageChecks()));
  const Console screen(1);
  const DoctorStyle style{screen.is_terminal() ? screen.width() : 0, screen.use_color()};
  const std::string text = arguments.json ? DoctorJson(report) : DoctorText(report, style);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  return report.exit_code;
}

}  // namespace sluice::cli
