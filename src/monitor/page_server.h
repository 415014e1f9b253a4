// SPDX-License-Identifier: Apache-2.0
//
// The pages that a running program shows: its own, and /healthz (the process is alive), /readyz (it does its
// work; else 503 and the reason), / (what there is).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "http/server.h"

namespace sluice::monitor {

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr const char* kJsonLinesType = "application/x-ndjson";

struct Page {
  std::string path;  // "/metrics"
  std::string content_type;
  std::function<std::string()> body;
};

struct Readiness {
  bool ready = false;
  std::string text;  // why not, or what is not quite well
};

// The functions are called on the server's thread; what they use must outlive the server. Errors as those of
// http::Server, by the name of monitor.listen.
Result<std::unique_ptr<http::Server>> StartPageServer(const std::string& listen,
                                                      std::vector<Page> pages,
                                                      std::function<Readiness()> readiness);

}  // namespace sluice::monitor
