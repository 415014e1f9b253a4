// SPDX-License-Identifier: Apache-2.0
#include "config/job_config.h"

#include <algorithm>
#include <utility>

#include "config/config_file.h"
#include "config/contradictions.h"
#include "config/key_table.h"

namespace sluice::config {

namespace {

// The default that another key decides.
void ShowAnsi(const Draft& draft, ConfigReport& report) {
  const auto ansi = std::ranges::find(report.effective, "ansi", &EffectiveValue::key);
  if (ansi == report.effective.end() || ansi->origin != "default") return;
  ansi->value = draft.job.ansi ? "true" : "false";
  ansi->origin = "by decode.sparkVersion";
}

ConfigReport Parse(ConfigFile file, const std::vector<StageCheck>& checks) {
  ConfigReport report;
  Draft draft;
  std::optional<ReadResult> result = WalkConfig(file, JobKeys(), draft, report);
  if (!result) return report;
  SettleDraft(file.name, draft, *result);
  RunStageChecks(file.name, checks, draft.job, *result);
  Conclude(std::move(*result), JobKeys(), draft, report);
  ShowAnsi(draft, report);
  if (report.mistakes.empty()) {
    report.config = std::move(draft.job);
    report.config->file = file.name;
  }
  return report;
}

}  // namespace

ConfigReport LoadJobConfig(const std::string& path,
                           const std::map<std::string, std::string>& environment,
                           const std::vector<StageCheck>& checks) {
  ConfigFile file = ReadConfigFile(path, environment);
  if (file.readable && HasTopKey(file, {"feeds"})) {
    ConfigReport report;
    report.mistakes.push_back(
        {path, 0, "",
         "this is a producer's configuration, not a job's: `sluice produce` takes it"});
    return report;
  }
  return Parse(std::move(file), checks);
}

ConfigReport ParseJobConfig(const std::string& name, const std::string& text,
                            const std::map<std::string, std::string>& environment,
                            const std::vector<StageCheck>& checks) {
  return Parse(ConfigText(name, text, environment), checks);
}

}  // namespace sluice::config
