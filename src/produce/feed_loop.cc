// SPDX-License-Identifier: Apache-2.0
#include "produce/feed_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::produce {

namespace {

using std::chrono::nanoseconds;

// When nothing is due, look again after so long.
constexpr nanoseconds kIdle = std::chrono::hours(1);
// A topic that takes no record of this size is not one that feeds can be written to.
constexpr int64_t kLeastMessageBytes = 16 << 10;

ScheduleOptions ScheduleOf(const FeedOptions& options) {
  return {options.interval, options.jitter, options.max_backoff, options.refused_retry};
}

PollEnd EndOf(PollResult result) {
  if (result == PollResult::kRefused) return PollEnd::kRefused;
  const bool answered =
      IsGood(result) || result == PollResult::kOlder || result == PollResult::kNotSent;
  return answered ? PollEnd::kGood : PollEnd::kFailed;
}

}  // namespace

FeedLoop::FeedLoop(const std::vector<FeedOptions>& feeds,
                   std::vector<std::unique_ptr<FeedSource>> sources, LoopParts parts)
    : parts_(std::move(parts)) {
  for (size_t i = 0; i < feeds.size(); ++i) {
    const FeedOptions& options = feeds[i];
    feeds_.push_back({&options, std::move(sources[i]),
                      FeedSchedule(ScheduleOf(options), options.name, nanoseconds(0), 0),
                      FeedState(), 0});
  }
}

void FeedLoop::Begin(int64_t message_bytes) {
  const nanoseconds start = parts_.clock->Monotonic();
  for (Feed& feed : feeds_) {
    const FeedOptions& options = *feed.options;
    feed.schedule = FeedSchedule(ScheduleOf(options), options.name, start, parts_.seed);
    feed.max_message_bytes =
        options.max_message_bytes > 0 ? options.max_message_bytes : message_bytes;
  }
}

nanoseconds FeedLoop::Step() {
  for (Event& event : mailbox_.TakeAll()) {
    std::visit([this](auto& what) { Take(std::move(what)); }, event);
  }
  const nanoseconds now = parts_.clock->Monotonic();
  nanoseconds next = now + kIdle;
  for (size_t i = 0; i < feeds_.size(); ++i) {
    Feed& feed = feeds_[i];
    if (feed.busy || feed.over || !feed.source) continue;
    if (feed.schedule.next() <= now) {
      Ask(i);
    } else {
      next = std::min(next, feed.schedule.next());
    }
  }
  return next;
}

void FeedLoop::Ask(size_t index) {
  Feed& feed = feeds_[index];
  feed.busy = true;
  const Validators validators = AskWith(RulesOf(*feed.options), feed.state, parts_.clock->NowMs());
  feed.source->Fetch(validators, [this, index](Fetched fetched) {
    mailbox_.Post(Answer{index, std::move(fetched)});
  });
}

void FeedLoop::Take(Answer answer) {
  Feed& feed = feeds_[answer.feed];
  if (answer.fetched.kind == Fetched::Kind::kOver) {
    feed.busy = false;
    feed.over = true;
    return;
  }
  const size_t bytes = answer.fetched.body.size();
  auto job = std::make_shared<PollJob>(PollJob{answer.feed, std::move(feed.state),
                                               std::move(answer.fetched), feed.max_message_bytes});
  parts_.execute(bytes, [this, options = feed.options, job] {
    mailbox_.Post(RunPoll(*options, std::move(*job), *parts_.sink, *parts_.clock, parts_.give_up));
  });
}

void FeedLoop::Take(PollOutcome outcome) {
  Feed& feed = feeds_[outcome.report.feed];
  feed.busy = false;
  feed.state = std::move(outcome.state);
  if (std::exchange(feed.forget, false)) Forget(feed.state);
  const nanoseconds now = parts_.clock->Monotonic();
  const int64_t missed = feed.schedule.missed();
  feed.schedule.Done({EndOf(outcome.report.result), outcome.retry_after, outcome.next_in}, now);
  outcome.report.missed_ticks = feed.schedule.missed() - missed;
  outcome.report.failures = feed.schedule.failures();
  outcome.report.next_in = feed.schedule.next() - now;
  parts_.listener->OnPoll(outcome.report);
  if (!outcome.fatal.ok() && status_.ok()) status_ = std::move(outcome.fatal);
}

void FeedLoop::Take(const Lost& lost) {
  Feed& feed = feeds_[lost.delivery.feed];
  if (feed.busy) {
    feed.forget = true;
  } else {
    Forget(feed.state);
  }
  if (lost.delivery.result != DeliveryResult::kTooLarge) return;
  const int64_t limit = std::max(kLeastMessageBytes, lost.delivery.bytes / 2);
  if (limit >= feed.max_message_bytes) return;
  feed.max_message_bytes = limit;
  parts_.listener->OnWarning(
      "RECORD_TOO_LARGE",
      fmt::format(
          "{}: Kafka took no record of {} bytes ({}); messages of this feed are kept below {} "
          "bytes from now on. Raise max.message.bytes of the topic, or set maxBytes",
          feed.options->name, lost.delivery.bytes, lost.delivery.message, limit));
}

void FeedLoop::StopPolling() {
  for (Feed& feed : feeds_) feed.source.reset();
}

bool FeedLoop::over() const { return std::ranges::all_of(feeds_, &Feed::over); }

}  // namespace sluice::produce
