// SPDX-License-Identifier: Apache-2.0
//
// The pages of a producer over HTTP: /metrics, /feeds, /healthz, /readyz, /startupz, and its live page.
#pragma once

#include <chrono>
#include <memory>

#include "cli/produce_watch.h"
#include "core/result.h"
#include "http/server.h"
#include "monitor/page_server.h"
#include "monitor/producer_metrics.h"
#include "produce/feed_producer.h"

namespace sluice::cli {

// All that is given must outlive the server. `stall_after`: /healthz is well for so long without a poll.
Result<std::unique_ptr<http::Server>> StartProducerPages(monitor::PageServerOptions options,
                                                         std::chrono::milliseconds stall_after,
                                                         const ProduceWatch& watch,
                                                         const monitor::ProducerMetrics& metrics,
                                                         const produce::FeedProducer& producer);

}  // namespace sluice::cli
