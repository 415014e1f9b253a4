// SPDX-License-Identifier: Apache-2.0
//
// All that Prometheus, Alertmanager and Grafana need to watch the programs of a plan.
//
//   for (const TextFile& file : MonitoringFiles(plan)) ...   // "grafana/dashboards/overview.json"
#pragma once

#include <string>
#include <vector>

#include "monitoring/plan.h"

namespace sluice::monitoring {

struct TextFile {
  std::string path;  // below the directory of the plan
  std::string text;
};

// The plan must have a job or a producer.
std::vector<TextFile> MonitoringFiles(const Plan& plan);

}  // namespace sluice::monitoring
