// SPDX-License-Identifier: Apache-2.0
#include "cli/job_output.h"

#include <filesystem>

#include "cli/run_watch.h"
#include "kafka/source_watch.h"

namespace sluice::cli {

namespace {

std::string LabelOf(const config::ConfigReport& report, const std::string& file) {
  return QueryLabel(report.config ? report.config->query.name : "", file);
}

monitor::QueryMetricsOptions MetricsOf(const config::ConfigReport& report,
                                       const std::string& file) {
  monitor::QueryMetricsOptions options;
  options.query = LabelOf(report, file);
  options.reject_reasons = RejectReasons();
  if (!report.config) return options;
  options.topics = kafka::SubscribedNames(report.config->source);
  options.disk_paths = DiskPaths(report.config->query);
  options.has_event_time = !report.config->query.event_time.empty();
  options.memory_limit_bytes = report.config->query.memory_bytes;
  return options;
}

}  // namespace

std::string QueryLabel(const std::string& name, const std::string& file) {
  return name.empty() ? std::filesystem::path(file).stem().string() : name;
}

std::vector<std::string> DiskPaths(const stream::QueryOptions& query) {
  if (query.checkpoint_location == query.table_path) return {query.table_path};
  return {query.table_path, query.checkpoint_location};
}

JobOutput::JobOutput(const config::ConfigReport& report, const std::string& file, Console& console)
    : CommandOutput(report.log, LabelOf(report, file), console),
      label_(LabelOf(report, file)),
      effective_(report.effective),
      metrics_(MetricsOf(report, file)) {
  log().OnLine([this](std::string_view level) { metrics_.LogLine(level); });
}

void JobOutput::SetEffective(const std::string& key, const std::string& value,
                             const std::string& origin) {
  for (config::EffectiveValue& known : effective_)
    if (known.key == key) known = {key, value, origin};
}

void JobOutput::TellStopping(const char* signal) {
  CommandOutput::TellStopping(signal, "at a batch boundary, within 5 seconds");
}

}  // namespace sluice::cli
