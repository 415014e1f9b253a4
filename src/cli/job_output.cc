// SPDX-License-Identifier: Apache-2.0
#include "cli/job_output.h"

#include <filesystem>

#include "cli/run_watch.h"

namespace sluice::cli {

namespace {

// The label `query` of metrics and log.
std::string LabelOf(const config::ConfigReport& report, const std::string& file) {
  const std::string name = report.config ? report.config->query.name : "";
  return name.empty() ? std::filesystem::path(file).stem().string() : name;
}

}  // namespace

JobOutput::JobOutput(const config::ConfigReport& report, const std::string& file, Console& console)
    : CommandOutput(report.log, LabelOf(report, file), console),
      metrics_(LabelOf(report, file), RejectReasons()) {
  log().OnLine([this](std::string_view level) { metrics_.LogLine(level); });
}

void JobOutput::TellStopping(const char* signal) {
  CommandOutput::TellStopping(signal, "at a batch boundary, within 5 seconds");
}

}  // namespace sluice::cli
