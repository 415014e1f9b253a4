// SPDX-License-Identifier: Apache-2.0
#include "cli/run_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/effective_values.h"
#include "cli/exit_code.h"
#include "cli/job_output.h"
#include "cli/job_runner.h"
#include "cli/produce_command.h"
#include "cli/report_mistakes.h"
#include "cli/run_summary.h"
#include "cli/signal_watcher.h"
#include "cli/stage_checks.h"
#include "config/producer_config.h"

namespace sluice::cli {

namespace {

void PrintColumns(const config::JobConfig& job) {
  const auto bound = BindJob(StagesOf(job));
  if (!bound.ok()) return;
  fmt::print("\ncolumns ({}):\n", bound->transform->engine());
  for (const Field& field : bound->transform->output_schema()->fields) {
    fmt::print("  {} {}\n", field.name, field.type.ToDdl());
  }
  for (const std::string& warning : bound->transform->warnings())
    fmt::print(stderr, "warning: sql: {}\n", warning);
}

}  // namespace

std::map<std::string, std::string> ProcessEnvironment() {
  std::map<std::string, std::string> result;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

int CheckCommand(const std::string& config) {
  if (config::IsProducerFile(config)) return CheckProducer(config);
  const config::ConfigReport report =
      config::LoadJobConfig(config, ProcessEnvironment(), AllStageChecks());
  PrintEffectiveValues(report.effective);
  if (report.config) PrintColumns(*report.config);
  std::fflush(stdout);
  PrintReport(report);
  if (!report.config) return kExitConfiguration;
  fmt::print("\n{} is right\n", config);
  return kExitOk;
}

int RunCommand(const std::string& config) {
  const config::ConfigReport report =
      config::LoadJobConfig(config, ProcessEnvironment(), AllStageChecks());
  Console console;
  JobOutput output(report, config, console);
  TellReport(report, output);
  if (!report.config) return kExitConfiguration;
  const std::stop_source stop;
  const SignalWatcher signals(stop, [&output](const char* name) { output.TellStopping(name); });
  RunTotals totals;
  const Status status = RunJob(*report.config, output, stop.get_token(), &totals);
  if (totals.batches > 0 || status.ok()) TellSummary(output, *report.config, totals);
  return ExitCodeOf(status);
}

}  // namespace sluice::cli
