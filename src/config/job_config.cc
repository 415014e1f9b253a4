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

// Of the pages nothing is needed; of the source, what undefined variables would have said of Kafka.
bool HindersDecode(const Mistake& mistake) {
  const bool excused = IsUnder(mistake.key, "monitor") ||
                       (mistake.undefined_variable && IsUnder(mistake.key, "source") &&
                        !IsUnder(mistake.key, "source.includeHeaders"));
  return !excused;
}

ConfigReport Parse(ConfigFile file, const std::vector<StageCheck>& checks, Purpose purpose) {
  ConfigReport report;
  Draft draft;
  std::optional<ReadResult> result = WalkConfig(file, JobKeys(), draft, report);
  if (!result) return report;
  SettleDraft(file.name, draft, *result);
  RunStageChecks(file.name, checks, draft.job, *result);
  if (purpose == Purpose::kDecode) {
    std::erase_if(result->mistakes, [](const Mistake& mistake) { return !HindersDecode(mistake); });
  }
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
                           const std::vector<StageCheck>& checks, Purpose purpose) {
  ConfigFile file = ReadConfigFile(path, environment);
  if (file.readable && HasTopKey(file, {"feeds"})) {
    ConfigReport report;
    report.mistakes.push_back(
        {path, 0, "",
         "this is a producer's configuration, not a job's: `sluice produce` takes it"});
    return report;
  }
  return Parse(std::move(file), checks, purpose);
}

ConfigReport ParseJobConfig(const std::string& name, const std::string& text,
                            const std::map<std::string, std::string>& environment,
                            const std::vector<StageCheck>& checks, Purpose purpose) {
  return Parse(ConfigText(name, text, environment), checks, purpose);
}

}  // namespace sluice::config
