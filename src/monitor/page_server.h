// SPDX-License-Identifier: Apache-2.0
//
// The pages that a running program shows: its own, / (what there is, unless `site` has it), and for
// supervisors /healthz, /readyz and /startupz: 200 or 503, and JSON (probe.h). These three are open to all;
// the rest to those whom `access` admits, and details of the three too.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "http/server.h"
#include "monitor/access.h"
#include "monitor/probe.h"

namespace sluice::monitor {

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr const char* kJsonLinesType = "application/x-ndjson";

struct Page {
  std::string path;  // "/metrics"
  std::string content_type;
  std::function<std::string()> body;
};

struct Probes {
  std::function<Probe()> alive;
  std::function<Probe()> ready;
  std::function<Probe()> started;
};

// Asked after `access`; null for an address that is not its own.
using Site = std::function<std::optional<http::ServerResponse>(const http::ServerRequest&)>;

struct PageServerOptions {
  std::string listen;  // "127.0.0.1:4040"
  Access access = {};
  Site site = nullptr;  // the page at / and what belongs to it
};

// The functions are called on the server's thread; what they use must outlive the server. Errors as those of
// http::Server, by the name of monitor.listen.
Result<std::unique_ptr<http::Server>> StartPageServer(PageServerOptions options,
                                                      std::vector<Page> pages, Probes probes);

}  // namespace sluice::monitor
