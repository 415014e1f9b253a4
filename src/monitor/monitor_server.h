// SPDX-License-Identifier: Apache-2.0
//
// The pages of a running query: /metrics, /progress (the last reports, one JSON object a line, oldest
// first), /metrics/prometheus (Spark's own gauges, if `spark` is given), and what health.h says as
// /healthz, /readyz and /startupz.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "http/server.h"
#include "monitor/health.h"
#include "monitor/page_server.h"
#include "monitor/query_metrics.h"
#include "monitor/spark_gauges.h"

namespace sluice::monitor {

// Progress reports, oldest first; called on the server's thread.
using RecentProgress = std::function<std::vector<std::string>()>;

// `metrics`, `health`, `spark` and what `progress` uses must outlive the server.
Result<std::unique_ptr<http::Server>> StartMonitorServer(PageServerOptions options,
                                                         const QueryMetrics& metrics,
                                                         const Health& health,
                                                         RecentProgress progress,
                                                         const SparkGauges* spark = nullptr);

}  // namespace sluice::monitor
