// SPDX-License-Identifier: Apache-2.0
#include "monitor/monitor_server.h"

#include <utility>

#include "monitor/page_server.h"

namespace sluice::monitor {

Result<std::unique_ptr<http::Server>> StartMonitorServer(const std::string& listen,
                                                         const QueryMetrics& metrics,
                                                         const Health& health,
                                                         RecentProgress progress) {
  std::vector<Page> pages;
  pages.push_back({"/metrics", kMetricsType, [&metrics] { return metrics.Text(); }});
  pages.push_back({"/progress", kJsonLinesType, [progress = std::move(progress)] {
                     std::string lines;
                     for (const std::string& report : progress()) lines += report + "\n";
                     return lines;
                   }});
  // Two looks at the state: a change in between shows as one or the other, both true a moment ago.
  return StartPageServer(listen, std::move(pages), [&health] {
    return health.ready() ? Readiness{true, ""} : Readiness{false, health.reason()};
  });
}

}  // namespace sluice::monitor
