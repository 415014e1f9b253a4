// SPDX-License-Identifier: Apache-2.0
//
// The pages of a running query: /metrics, /progress (the last reports, one JSON object a line, oldest
// first), /healthz (the process is alive) and /readyz (the query does its work; else 503 and the reason).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "http/server.h"
#include "monitor/health.h"
#include "monitor/query_metrics.h"

namespace sluice::monitor {

// Progress reports, oldest first; called on the server's thread.
using RecentProgress = std::function<std::vector<std::string>()>;

// `metrics`, `health` and what `progress` uses must outlive the server.
Result<std::unique_ptr<http::Server>> StartMonitorServer(const std::string& listen,
                                                         const QueryMetrics& metrics,
                                                         const Health& health,
                                                         RecentProgress progress);

}  // namespace sluice::monitor
