// SPDX-License-Identifier: Apache-2.0
#include "monitor/monitor_server.h"

#include <utility>

namespace sluice::monitor {

Result<std::unique_ptr<http::Server>> StartMonitorServer(PageServerOptions options,
                                                         const QueryMetrics& metrics,
                                                         const Health& health,
                                                         RecentProgress progress,
                                                         const SparkGauges* spark) {
  std::vector<Page> pages;
  pages.push_back({"/metrics", kMetricsType, [&metrics] { return metrics.Text(); }});
  if (spark)
    pages.push_back({"/metrics/prometheus", kMetricsType, [spark] { return spark->Text(); }});
  pages.push_back({"/progress", kJsonLinesType, [progress = std::move(progress)] {
                     std::string lines;
                     for (const std::string& report : progress()) lines += report + "\n";
                     return lines;
                   }});
  return StartPageServer(std::move(options), std::move(pages),
                         {.alive = [&health] { return health.alive(); },
                          .ready = [&health] { return health.ready(); },
                          .started = [&health] { return health.started(); }});
}

}  // namespace sluice::monitor
