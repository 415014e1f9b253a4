// SPDX-License-Identifier: Apache-2.0
//
// The configuration of `sluice produce`: YAML + .env + environment, checked as a whole before anything is
// opened.
//
//   ProducerReport report = LoadProducerConfig("config/producer_dev.yaml", environment);
//   if (!report.mistakes.empty()) ...                        // all of them, each with file:line
//   report.config->producer.feeds ...
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/findings.h"
#include "config/stage_check.h"
#include "produce/producer_options.h"

namespace sluice::config {

struct ProducerConfig {
  std::string file;
  produce::ProducerOptions producer;
  MonitorOptions monitor;
  LogOptions log;
  bool has_secrets = false;  // API keys, or the password of Kafka
};

struct ProducerReport : Findings {
  std::optional<ProducerConfig> config;  // only if there are no mistakes
};

using ProducerCheck = StageCheckOf<ProducerConfig>;

// As LoadJobConfig and ParseJobConfig.
ProducerReport LoadProducerConfig(const std::string& path,
                                  const std::map<std::string, std::string>& environment,
                                  const std::vector<ProducerCheck>& checks = {});
ProducerReport ParseProducerConfig(const std::string& name, const std::string& text,
                                   const std::map<std::string, std::string>& environment,
                                   const std::vector<ProducerCheck>& checks = {});

// True if a file is one of these rather than a job's: it has the section `feeds`. False if it cannot be read.
bool IsProducerFile(const std::string& path);

}  // namespace sluice::config
