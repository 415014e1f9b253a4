// SPDX-License-Identifier: Apache-2.0
#include "monitor/page_server.h"

#include <utility>

namespace sluice::monitor {

namespace {

http::ServerResponse Ready(const Readiness& readiness) {
  http::ServerResponse response;
  response.status = readiness.ready ? 200 : 503;
  response.body = readiness.ready ? "ready" : "not ready";
  if (!readiness.text.empty()) response.body += ": " + readiness.text;
  response.body += "\n";
  return response;
}

std::string PathsOf(const std::vector<Page>& pages) {
  std::string paths;
  for (const Page& page : pages) paths += page.path + "\n";
  return paths + "/healthz\n/readyz\n";
}

}  // namespace

Result<std::unique_ptr<http::Server>> StartPageServer(const std::string& listen,
                                                      std::vector<Page> pages,
                                                      std::function<Readiness()> readiness) {
  const std::string paths = PathsOf(pages);
  auto answer = [pages = std::move(pages), readiness = std::move(readiness),
                 paths](const http::ServerRequest& request) {
    for (const Page& page : pages) {
      if (page.path == request.path)
        return http::ServerResponse{.content_type = page.content_type, .body = page.body()};
    }
    if (request.path == "/healthz") return http::ServerResponse{.body = "alive\n"};
    if (request.path == "/readyz") return Ready(readiness());
    if (request.path == "/") return http::ServerResponse{.body = paths};
    return http::ServerResponse{.status = 404, .body = "there is\n" + paths};
  };
  http::ServerOptions options;
  options.listen = listen;
  options.setting = "monitor.listen";
  options.advice = "monitor.enabled: false";
  options.error_code = "MONITOR_ADDRESS";
  return http::Server::Start(std::move(options), std::move(answer));
}

}  // namespace sluice::monitor
