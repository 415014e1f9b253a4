// SPDX-License-Identifier: Apache-2.0
#include "cli/produce_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/status_line.h"
#include "core/value_text.h"
#include "gtfs/body.h"
#include "gtfs/faults.h"

namespace sluice::cli {

namespace {

using monitor::LogLevel;
using produce::PollReport;
using produce::PollResult;
using std::chrono::nanoseconds;

constexpr nanoseconds kLostPause = std::chrono::seconds(10);

double Seconds(std::chrono::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

monitor::PollNumbers NumbersOf(const PollReport& report) {
  monitor::PollNumbers numbers;
  numbers.result = static_cast<size_t>(report.result);
  for (const produce::FeedFault fault : report.faults)
    numbers.feed_faults.push_back(static_cast<size_t>(fault));
  if (report.bad_body) numbers.bad_body = static_cast<size_t>(*report.bad_body);
  numbers.good = produce::IsGood(report.result);
  numbers.frozen = std::ranges::count(report.faults, produce::FeedFault::kFrozen) > 0;
  numbers.at_ms = report.at_ms;
  if (report.header) numbers.header_seconds = static_cast<double>(*report.header);
  numbers.wire_bytes = report.wire_bytes;
  numbers.body_bytes = report.body_bytes;
  numbers.messages = report.counts.messages;
  numbers.message_bytes = report.counts.bytes;
  const gtfs::Faults& faults = report.counts.faults;
  numbers.entities_good = faults.good;
  numbers.entities_repaired = faults.repaired;
  numbers.entities_dropped = faults.dropped;
  numbers.entity_faults.assign(faults.counts.begin(), faults.counts.end());
  numbers.missed_ticks = report.missed_ticks;
  numbers.fetch_seconds = Seconds(report.fetch_time);
  numbers.render_seconds = Seconds(report.render_time);
  return numbers;
}

void Count(const PollReport& report, ProduceTotals& totals) {
  ++totals.polls;
  totals.published += report.result == PollResult::kPublished ? 1 : 0;
  totals.failed += produce::IsGood(report.result) || report.result == PollResult::kOlder ? 0 : 1;
  totals.messages += report.counts.messages;
  totals.message_bytes += report.counts.bytes;
  totals.entities += report.counts.faults.good + report.counts.faults.repaired;
}

}  // namespace

monitor::ProducerLabels MetricLabels() {
  monitor::ProducerLabels labels;
  for (const auto result : produce::AllPollResults())
    labels.poll_results.emplace_back(ToString(result));
  for (const auto fault : produce::AllFeedFaults())
    labels.feed_faults.emplace_back(ToString(fault));
  for (int i = 0; i < gtfs::kFaultKinds; ++i)
    labels.entity_faults.emplace_back(gtfs::ToString(static_cast<gtfs::FaultKind>(i)));
  for (int i = 0; i < gtfs::kBodyKinds; ++i)
    labels.bodies.emplace_back(gtfs::ToString(static_cast<gtfs::BodyKind>(i)));
  for (size_t i = 0; i < produce::kDeliveryResults; ++i)
    labels.delivery_results.emplace_back(ToString(static_cast<produce::DeliveryResult>(i)));
  return labels;
}

ProduceWatch::ProduceWatch(const std::vector<produce::FeedOptions>& feeds,
                           monitor::ProducerMetrics& metrics, monitor::Log& log, const Clock& clock)
    : metrics_(metrics), log_(log), clock_(clock), last_sign_(clock.Monotonic()) {
  for (const produce::FeedOptions& feed : feeds) {
    health_.push_back(HealthOf(feed));
    feed_logs_.emplace_back(feed.name);
  }
}

void ProduceWatch::OnKafka(const Status& status) {
  metrics_.SetKafka(status.ok());
  {
    const std::scoped_lock lock(mutex_);
    kafka_problem_ = status.ok() ? "" : status.message();
    asked_kafka_ = true;
    last_sign_ = clock_.Monotonic();
  }
  if (status.ok()) {
    log_.Write(LogLevel::kInfo, "kafka", "Kafka answers, and has the topic",
               {{"state", std::string("well")}});
  } else {
    log_.Write(LogLevel::kWarn, "kafka", status.message(),
               {{"state", std::string("waiting")}, {"code", status.code()}});
  }
}

void ProduceWatch::OnPoll(const PollReport& report) {
  metrics_.PollDone(report.feed, NumbersOf(report));
  const nanoseconds now = clock_.Monotonic();
  std::vector<FeedLogLine> lines;
  {
    const std::scoped_lock lock(mutex_);
    last_sign_ = now;
    TakeReport(report, now, health_[report.feed]);
    Count(report, totals_);
    lines = feed_logs_[report.feed].Lines(report, now);
  }
  for (FeedLogLine& line : lines)
    log_.Write(line.level, line.event, std::move(line.message), std::move(line.fields));
}

void ProduceWatch::OnDelivery(const produce::Delivery& delivery) {
  metrics_.Delivered(delivery.feed, static_cast<size_t>(delivery.result));
  last_sign_ = clock_.Monotonic();
  if (delivery.result == produce::DeliveryResult::kDelivered) {
    ++delivered_;
    return;
  }
  ++lost_;
  TellLost(delivery);
}

// One line in ten seconds for each feed, with how many it stands for.
void ProduceWatch::TellLost(const produce::Delivery& delivery) {
  const nanoseconds now = clock_.Monotonic();
  int64_t records = 0;
  std::string name;
  {
    const std::scoped_lock lock(mutex_);
    const auto [at, is_first] = lost_by_feed_.try_emplace(delivery.feed);
    ++at->second.since;
    if (!is_first && now - at->second.told < kLostPause) return;
    at->second.told = now;
    records = std::exchange(at->second.since, 0);
    name = health_[delivery.feed].name;
  }
  log_.Write(
      LogLevel::kWarn, "delivery_failed",
      fmt::format("{}: Kafka did not take {} record{} ({} bytes the last one): {}. The feed is "
                  "published anew at its next poll",
                  name, records, records == 1 ? "" : "s", delivery.bytes, delivery.message),
      {{"source", name}, {"result", std::string(ToString(delivery.result))}, {"records", records}});
}

void ProduceWatch::OnWarning(const std::string& code, const std::string& message) {
  log_.Write(LogLevel::kWarn, "warning", message, {{"code", code}});
}

monitor::Probe ProduceWatch::Finish(monitor::Probe probe) const {
  times_.Note(probe, clock_.NowMs());
  return probe;
}

monitor::Probe ProduceWatch::alive(nanoseconds stall_after) const {
  const std::scoped_lock lock(mutex_);
  const nanoseconds now = clock_.Monotonic();
  const nanoseconds quiet = now - last_sign_.load();
  const auto since = std::chrono::duration<double>(quiet).count();
  const bool stuck =
      kafka_problem_.empty() && quiet > stall_after && AllOverdue(health_, stall_after, now);
  const std::string detail =
      stuck ? fmt::format(
                  "the poll of every feed is overdue, and nothing has moved for {:.0f} seconds",
                  since)
            : fmt::format("it moved {:.0f} seconds ago", since);
  return Finish(monitor::ProbeOf({{"moves", !stuck, detail}}));
}

monitor::Probe ProduceWatch::ready() const {
  const std::scoped_lock lock(mutex_);
  return Finish(JudgeReadiness(health_, kafka_problem_, clock_.Monotonic()));
}

monitor::Probe ProduceWatch::started() const {
  const std::scoped_lock lock(mutex_);
  const std::string detail =
      asked_kafka_ ? "Kafka was asked for the topic" : "Kafka was not asked yet";
  return Finish(monitor::ProbeOf({{"asked", asked_kafka_, detail}}));
}

std::string ProduceWatch::feed_lines() const {
  const std::scoped_lock lock(mutex_);
  return FeedLines(health_, clock_.Monotonic(), clock_.NowMs());
}

ProduceTotals ProduceWatch::totals() const {
  const std::scoped_lock lock(mutex_);
  ProduceTotals totals = totals_;
  totals.delivered = delivered_;
  totals.lost = lost_;
  return totals;
}

void ProduceWatch::TellMinute() {
  const ProduceTotals now = totals();
  ProduceTotals before;
  {
    const std::scoped_lock lock(mutex_);
    before = std::exchange(told_, now);
  }
  log_.Write(
      LogLevel::kInfo, "minute",
      fmt::format(
          "{} polls: {} published, {} failed; {} messages ({:.1f} MB), {} acknowledged",
          WithThousands(now.polls - before.polls), WithThousands(now.published - before.published),
          WithThousands(now.failed - before.failed), WithThousands(now.messages - before.messages),
          static_cast<double>(now.message_bytes - before.message_bytes) / 1e6,
          WithThousands(now.delivered - before.delivered)),
      {{"polls", now.polls - before.polls},
       {"published", now.published - before.published},
       {"failed", now.failed - before.failed},
       {"messages", now.messages - before.messages},
       {"message_bytes", now.message_bytes - before.message_bytes},
       {"delivered", now.delivered - before.delivered},
       {"lost", now.lost - before.lost}});
}

}  // namespace sluice::cli
