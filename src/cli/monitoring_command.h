// SPDX-License-Identifier: Apache-2.0
//
// `sluice monitoring generate CONFIG... --out DIR`: the files of Prometheus, Alertmanager and Grafana
// for these jobs and producers.
#pragma once

#include <string>
#include <vector>

#include "config/job_config.h"
#include "config/producer_config.h"
#include "core/result.h"
#include "monitoring/plan.h"

namespace sluice::cli {

struct MonitoringArguments {
  std::vector<std::string> configs;
  std::string out;
  bool force = false;  // overwrite what was edited
  monitoring::Addresses addresses;
};

int GenerateMonitoringCommand(const MonitoringArguments& arguments);

// What is to be watched of one configuration; an error of kind kExit where there is nothing to scrape,
// or where an alert that it is down would be false.
Result<monitoring::JobPlan> PlanOf(const config::JobConfig& job);
Result<monitoring::ProducerPlan> PlanOf(const config::ProducerConfig& producer);

}  // namespace sluice::cli
