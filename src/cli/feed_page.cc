// SPDX-License-Identifier: Apache-2.0
#include "cli/feed_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "cli/feed_health.h"
#include "cli/page_options.h"
#include "core/version.h"

namespace sluice::cli {

namespace {

template <typename Duration>
double Seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

page::ProducerInfo InfoOf(const FeedPage::Setup& setup, int64_t now_ms) {
  page::ProducerInfo info;
  info.program = fmt::format("Sluice {}", kVersion);
  info.topic = setup.producer.kafka.topic;
  info.started_ms = now_ms;
  for (const produce::FeedOptions& feed : setup.producer.feeds)
    info.feeds.push_back({feed.name, Seconds(feed.interval), Seconds(HealthOf(feed).patience)});
  for (const config::EffectiveValue& value : setup.effective)
    info.config.push_back({value.key, value.value, value.origin});
  info.links = setup.links;
  return info;
}

page::FeedPolled PollOf(const produce::PollReport& report) {
  page::FeedPolled poll;
  poll.feed = report.feed;
  poll.at_ms = report.at_ms;
  poll.result = ToString(report.result);
  poll.good = produce::IsGood(report.result);
  poll.message = report.message;
  if (report.header) {  // whatever the feed says
    constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
    poll.header_s = static_cast<int64_t>(std::min<uint64_t>(*report.header, kMost));
  }
  for (const produce::FeedFault fault : report.faults) poll.faults.emplace_back(ToString(fault));
  poll.wire_bytes = report.wire_bytes;
  poll.messages = report.counts.messages;
  poll.message_bytes = report.counts.bytes;
  poll.entities_good = report.counts.faults.good;
  poll.entities_repaired = report.counts.faults.repaired;
  poll.entities_dropped = report.counts.faults.dropped;
  poll.fetch_seconds = Seconds(report.fetch_time);
  poll.failures = report.failures;
  poll.next_seconds = Seconds(report.next_in);
  return poll;
}

}  // namespace

FeedPage::FeedPage(const Setup& setup, produce::ProducerListener& next,
                   page::Inbox<page::LogRow>& log, Clock& clock)
    : next_(next),
      clock_(clock),
      counters_(setup.producer.feeds.size()),
      live_(std::make_unique<page::FeedBoard>(InfoOf(setup, clock.NowMs()), inbox_, log), clock),
      site_("producer.html", live_) {}

void FeedPage::OnKafka(const Status& status) {
  page::KafkaChanged changed{clock_.NowMs(), "", ""};
  if (!status.ok()) {
    changed.code = status.code();
    changed.message = status.message();
  }
  inbox_.Put(std::move(changed));
  next_.OnKafka(status);
}

void FeedPage::OnPoll(const produce::PollReport& report) {
  inbox_.Put(PollOf(report));
  next_.OnPoll(report);
}

void FeedPage::OnDelivery(const produce::Delivery& delivery) {
  Counters& counters = counters_.at(delivery.feed);
  ++(delivery.result == produce::DeliveryResult::kDelivered ? counters.delivered : counters.lost);
  next_.OnDelivery(delivery);
}

void FeedPage::OnWarning(const std::string& code, const std::string& message) {
  next_.OnWarning(code, message);
}

void FeedPage::Start(std::function<produce::SinkStats()> queue) {
  queue_ = std::move(queue);
  live_.Start([this](int64_t) { Look(); });
}

void FeedPage::Look() {
  page::DeliveriesSeen seen;
  for (const Counters& counters : counters_)
    seen.feeds.push_back({counters.delivered.load(), counters.lost.load()});
  const produce::SinkStats queue = queue_();
  seen.queued_records = queue.queued_records;
  seen.queued_bytes = queue.queued_bytes;
  seen.limit_bytes = queue.limit_bytes;
  inbox_.Put(std::move(seen));
}

monitor::Site FeedPage::site() {
  return [this](const http::ServerRequest& request) { return site_.Answer(request); };
}

void FeedPage::Finish(const Status& status) {
  page::ProducerEnded ended{clock_.NowMs(), "", ""};
  if (!status.ok() && status.kind() != ErrorKind::kCancelled) {
    ended.code = status.code();
    ended.message = status.message();
  }
  if (queue_) Look();
  inbox_.Put(std::move(ended));
  live_.Finish();
}

}  // namespace sluice::cli
