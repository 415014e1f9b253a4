// SPDX-License-Identifier: Apache-2.0
#include "monitor/process_metrics.h"

#include <prometheus/metric_family.h>

#include "monitor/process_stats.h"

namespace sluice::monitor {

namespace {

prometheus::MetricFamily Family(const char* name, const char* help, prometheus::MetricType type,
                                double value) {
  prometheus::ClientMetric metric;
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return {name, help, type, {metric}};
}

}  // namespace

void AppendProcessMetrics(std::vector<prometheus::MetricFamily>& families) {
  using prometheus::MetricType;
  const ProcessStats stats = ReadProcessStats();
  const auto gauge = [&](const char* name, const char* help, double value) {
    families.push_back(Family(name, help, MetricType::Gauge, value));
  };
  families.push_back(Family("process_cpu_seconds_total", "User and system CPU time.",
                            MetricType::Counter, stats.cpu_seconds));
  gauge("process_resident_memory_bytes", "Resident memory.",
        static_cast<double>(stats.resident_bytes));
  gauge("process_virtual_memory_bytes", "Virtual memory.",
        static_cast<double>(stats.virtual_bytes));
  gauge("process_open_fds", "Open file descriptors.", static_cast<double>(stats.open_fds));
  gauge("process_max_fds", "Most file descriptors that may be open.",
        static_cast<double>(stats.max_fds));
  gauge("process_start_time_seconds", "Start of the process, seconds since 1970.",
        stats.start_time_seconds);
  gauge("process_threads", "Threads.", static_cast<double>(stats.threads));
}

}  // namespace sluice::monitor
