// SPDX-License-Identifier: Apache-2.0
#include "monitor/page_server.h"

#include <utility>

namespace sluice::monitor {

namespace {

using http::ServerRequest;
using http::ServerResponse;

std::string PathsOf(const std::vector<Page>& pages) {
  std::string paths;
  for (const Page& page : pages) paths += page.path + "\n";
  return paths + "/healthz\n/readyz\n/startupz\n";
}

ServerResponse AnswerOf(const Probe& probe, bool with_details) {
  return {.status = probe.ok ? 200 : 503,
          .content_type = "application/json",
          .body = ProbeJson(probe, with_details)};
}

// Runs on the server's thread.
class Pages {
 public:
  Pages(Access access, Site site, std::vector<Page> pages, Probes probes)
      : access_(std::move(access)),
        site_(std::move(site)),
        pages_(std::move(pages)),
        probes_(std::move(probes)),
        paths_(PathsOf(pages_)) {}

  ServerResponse Answer(const ServerRequest& request) const {
    const bool admitted = access_.Admits(request);
    if (request.path == "/healthz") return AnswerOf(probes_.alive(), admitted);
    if (request.path == "/readyz") return AnswerOf(probes_.ready(), admitted);
    if (request.path == "/startupz") return AnswerOf(probes_.started(), admitted);
    if (!admitted) return access_.Refusal();
    if (site_) {
      if (auto response = site_(request)) return *std::move(response);
    }
    for (const Page& page : pages_) {
      if (page.path == request.path)
        return {.content_type = page.content_type, .body = page.body()};
    }
    if (request.path == "/") return {.body = paths_};
    return {.status = 404, .body = "there is\n" + paths_};
  }

 private:
  const Access access_;
  const Site site_;
  const std::vector<Page> pages_;
  const Probes probes_;
  const std::string paths_;
};

}  // namespace

Result<std::unique_ptr<http::Server>> StartPageServer(PageServerOptions options,
                                                      std::vector<Page> pages, Probes probes) {
  auto all = std::make_shared<const Pages>(std::move(options.access), std::move(options.site),
                                           std::move(pages), std::move(probes));
  http::ServerOptions server;
  server.listen = std::move(options.listen);
  server.setting = "monitor.listen";
  server.advice = "monitor.enabled: false";
  server.error_code = "MONITOR_ADDRESS";
  return http::Server::Start(std::move(server),
                             [all](const ServerRequest& request) { return all->Answer(request); });
}

}  // namespace sluice::monitor
