// SPDX-License-Identifier: Apache-2.0
#include "cli/producer_pages.h"

#include <utility>
#include <vector>

#include "core/clock.h"

namespace sluice::cli {

namespace {

monitor::Probes ProbesOf(const ProduceWatch& watch, std::chrono::milliseconds stall_after) {
  return {.alive = [&watch, stall_after] { return watch.alive(stall_after); },
          .ready = [&watch] { return watch.ready(); },
          .started = [&watch] { return watch.started(); }};
}

}  // namespace

Result<std::unique_ptr<http::Server>> StartProducerPages(monitor::PageServerOptions options,
                                                         std::chrono::milliseconds stall_after,
                                                         const ProduceWatch& watch,
                                                         const monitor::ProducerMetrics& metrics,
                                                         const produce::FeedProducer& producer) {
  std::vector<monitor::Page> pages;
  pages.push_back({"/metrics", monitor::kMetricsType, [&metrics, &producer] {
                     const produce::SinkStats sink = producer.sink_stats();
                     return metrics.Text({sink.queued_records, sink.queued_bytes, sink.limit_bytes,
                                          sink.waited_seconds},
                                         SystemClock().NowMs());
                   }});
  pages.push_back({"/feeds", monitor::kJsonLinesType, [&watch] { return watch.feed_lines(); }});
  return monitor::StartPageServer(std::move(options), std::move(pages),
                                  ProbesOf(watch, stall_after));
}

}  // namespace sluice::cli
