// SPDX-License-Identifier: Apache-2.0
#include "config/producer_config.h"

#include <utility>

#include "config/config_file.h"
#include "config/producer_keys.h"

namespace sluice::config {

namespace {

bool HasFeeds(const ConfigFile& file) { return HasTopKey(file, {"feeds", "feed"}); }

ProducerReport Parse(ConfigFile file, const std::vector<ProducerCheck>& checks) {
  ProducerReport report;
  ProducerDraft draft;
  draft.monitor.listen = "127.0.0.1:4041";  // a job has the port before
  std::optional<ReadResult> result = WalkConfig(file, ProducerKeys(), draft, report);
  if (!result) return report;
  SettleProducer(file.name, draft, *result);
  RunStageChecks(file.name, checks, draft.config, *result);
  Conclude(std::move(*result), ProducerKeys(), draft, report);
  if (report.mistakes.empty()) {
    report.config = std::move(draft.config);
    report.config->file = file.name;
  }
  return report;
}

}  // namespace

ProducerReport LoadProducerConfig(const std::string& path,
                                  const std::map<std::string, std::string>& environment,
                                  const std::vector<ProducerCheck>& checks) {
  ConfigFile file = ReadConfigFile(path, environment);
  if (file.readable && !HasFeeds(file) && HasTopKey(file, {"source", "sql"})) {
    ProducerReport report;
    report.mistakes.push_back(
        {path, 0, "", "this is a job's configuration, not a producer's: `sluice run` takes it"});
    return report;
  }
  return Parse(std::move(file), checks);
}

ProducerReport ParseProducerConfig(const std::string& name, const std::string& text,
                                   const std::map<std::string, std::string>& environment,
                                   const std::vector<ProducerCheck>& checks) {
  return Parse(ConfigText(name, text, environment), checks);
}

bool IsProducerFile(const std::string& path) {
  const ConfigFile file = ReadConfigFile(path, {});
  return file.readable && HasFeeds(file);
}

}  // namespace sluice::config
