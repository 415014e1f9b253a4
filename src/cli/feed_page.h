// SPDX-License-Identifier: Apache-2.0
//
// The live page of a producer, and the listener that feeds it.
//
//   FeedPage page(options, info, output.page_log(), SystemClock());
//   ... FeedProducer::Make(..., page, ...) ...      // passes on to the listener it was given
//   page.Start([&] { return producer->sink_stats(); });
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "config/findings.h"
#include "core/clock.h"
#include "monitor/page_server.h"
#include "page/feed_board.h"
#include "page/inbox.h"
#include "page/live_page.h"
#include "page/site.h"
#include "produce/producer_listener.h"
#include "produce/producer_options.h"
#include "produce/record_sink.h"

namespace sluice::cli {

// Thread-safe.
class FeedPage : public produce::ProducerListener {
 public:
  struct Setup {
    const produce::ProducerOptions& producer;
    config::MonitorOptions monitor;
    const std::vector<config::EffectiveValue>& effective;
    std::vector<page::Link> links;
  };
  // `next` is told the same; it and `log` must outlive this.
  FeedPage(const Setup& setup, produce::ProducerListener& next, page::Inbox<page::LogRow>& log,
           Clock& clock);

  void OnKafka(const Status& status) override;
  void OnPoll(const produce::PollReport& report) override;
  void OnDelivery(const produce::Delivery& delivery) override;
  void OnWarning(const std::string& code, const std::string& message) override;

  void Start(std::function<produce::SinkStats()> queue);
  monitor::Site site();
  // The producer has ended; shows that to those who still look.
  void Finish(const Status& status);

 private:
  struct Counters {
    std::atomic<int64_t> delivered{0};
    std::atomic<int64_t> lost{0};
  };
  void Look();

  produce::ProducerListener& next_;
  Clock& clock_;
  std::deque<Counters> counters_;  // by feed
  page::Inbox<page::FeedEvent> inbox_;
  std::function<produce::SinkStats()> queue_;
  page::LivePage live_;
  page::Site site_;
};

}  // namespace sluice::cli
