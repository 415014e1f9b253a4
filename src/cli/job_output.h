// SPDX-License-Identifier: Apache-2.0
//
// The output of a command that runs a job: with the query's metrics, which count the log's lines.
//
//   Console console;
//   JobOutput output(report, "config.yaml", console);
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/command_output.h"
#include "config/job_config.h"
#include "monitor/query_metrics.h"
#include "page/board.h"
#include "stream/query_options.h"

namespace sluice::cli {

// The label `query` of metrics and log: the query's name, or that of its file.
std::string QueryLabel(const std::string& name, const std::string& file);

// Whose file systems are watched.
std::vector<std::string> DiskPaths(const stream::QueryOptions& query);

// Thread-safe.
class JobOutput : public CommandOutput {
 public:
  // How to write the log is known from a configuration with mistakes too. `file` names the query if
  // nothing else does.
  JobOutput(const config::ConfigReport& report, const std::string& file, Console& console);

  monitor::QueryMetrics& metrics() { return metrics_; }
  // The label `query` of metrics and log.
  const std::string& label() const { return label_; }
  // For the page: what the configuration comes to, and pages of the same system.
  const std::vector<config::EffectiveValue>& effective() const { return effective_; }
  const std::vector<page::Link>& links() const { return links_; }
  void AddLink(page::Link link) { links_.push_back(std::move(link)); }
  // The first SIGINT or SIGTERM was taken.
  void TellStopping(const char* signal);

  // What was decided after the configuration was read.
  void SetEffective(const std::string& key, const std::string& value, const std::string& origin);

 private:
  const std::string label_;
  std::vector<config::EffectiveValue> effective_;
  std::vector<page::Link> links_;
  monitor::QueryMetrics metrics_;
};

}  // namespace sluice::cli
