// SPDX-License-Identifier: Apache-2.0
#include "monitor/monitor_server.h"

#include <utility>

namespace sluice::monitor {

namespace {

constexpr const char* kPaths = "/metrics\n/progress\n/healthz\n/readyz\n";

HttpResponse Ready(const Health& health) {
  HttpResponse response;
  response.body = "ready\n";
  // Two looks at the state: a change in between shows as one or the other, both true a moment ago.
  if (!health.ready()) {
    response.status = 503;
    response.body = "not ready: " + health.reason() + "\n";
  }
  return response;
}

HttpResponse Progress(const std::vector<std::string>& reports) {
  HttpResponse response;
  response.content_type = "application/x-ndjson";
  for (const std::string& report : reports) response.body += report + "\n";
  return response;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> StartMonitorServer(const std::string& listen,
                                                       const QueryMetrics& metrics,
                                                       const Health& health,
                                                       RecentProgress progress) {
  auto answer = [&metrics, &health, progress = std::move(progress)](std::string_view path) {
    if (path == "/metrics")
      return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", metrics.Text()};
    if (path == "/progress") return Progress(progress());
    if (path == "/healthz") return HttpResponse{200, "text/plain; charset=utf-8", "alive\n"};
    if (path == "/readyz") return Ready(health);
    if (path == "/") return HttpResponse{200, "text/plain; charset=utf-8", kPaths};
    return HttpResponse{404, "text/plain; charset=utf-8", std::string("there is\n") + kPaths};
  };
  return HttpServer::Start(listen, std::move(answer));
}

}  // namespace sluice::monitor
