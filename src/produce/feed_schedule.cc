// SPDX-License-Identifier: Apache-2.0
#include "produce/feed_schedule.h"

#include <algorithm>
#include <functional>

namespace sluice::produce {

namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kFirstWithin = std::chrono::seconds(2);
constexpr nanoseconds kFirstRefusal = std::chrono::minutes(1);
constexpr nanoseconds kLongestRetryAfter = std::chrono::hours(1);

nanoseconds Spread(std::string_view feed, nanoseconds over) {
  const uint64_t hash = std::hash<std::string_view>()(feed);
  return over.count() > 0
             ? nanoseconds(static_cast<int64_t>(hash % static_cast<uint64_t>(over.count())))
             : nanoseconds(0);
}

// base * factor^(n-1), at most `cap`.
nanoseconds Grown(nanoseconds base, int factor, int n, nanoseconds cap) {
  nanoseconds pause = base;
  for (int i = 1; i < n && pause < cap; ++i) pause *= factor;
  return std::min(pause, cap);
}

}  // namespace

FeedSchedule::FeedSchedule(const ScheduleOptions& options, std::string_view feed, nanoseconds start,
                           uint64_t seed)
    : options_(options),
      phase_(start + Spread(feed, options.interval)),
      random_(seed ^ std::hash<std::string_view>()(feed)),
      next_(start + Spread(feed, std::min(kFirstWithin, options.interval))),
      tick_(next_) {}

nanoseconds FeedSchedule::Random(nanoseconds limit) {
  if (limit.count() <= 0) return nanoseconds(0);
  return nanoseconds(std::uniform_int_distribution<int64_t>(0, limit.count())(random_));
}

nanoseconds FeedSchedule::TickAfter(nanoseconds time) const {
  const int64_t interval = std::max<int64_t>(options_.interval.count(), 1);
  int64_t k = (time - phase_).count() / interval;
  if ((time - phase_).count() < 0 && (time - phase_).count() % interval != 0) --k;
  return phase_ + nanoseconds((k + 1) * interval);
}

nanoseconds FeedSchedule::PauseAfter(PollEnd end) {
  if (end == PollEnd::kGood) {
    failures_ = 0;
    return nanoseconds(0);
  }
  ++failures_;
  if (end == PollEnd::kFailed) {
    const nanoseconds cap = std::max(options_.max_backoff, options_.interval);
    return Random(Grown(options_.interval, 2, failures_, cap));
  }
  // No full jitter: "rarely" must not become "at the next tick".
  const nanoseconds cap = std::max(options_.refused_retry, options_.interval);
  const nanoseconds pause = Grown(std::max(kFirstRefusal, options_.interval), 4, failures_, cap);
  return pause / 2 + Random(pause / 2);
}

void FeedSchedule::Done(const PollEnding& ending, nanoseconds now) {
  const nanoseconds pause = PauseAfter(ending.end);
  if (ending.next_in) {
    tick_ = next_ = std::max(next_ + *ending.next_in, now);
    return;
  }
  const nanoseconds asked_for =
      std::min(ending.retry_after.value_or(nanoseconds(0)), kLongestRetryAfter);
  // Half an interval: behind a first poll that came just before its first tick there is no second one.
  const nanoseconds due = TickAfter(tick_ + options_.interval / 2);
  missed_ +=
      std::max<int64_t>(0, (TickAfter(now) - due) / std::max(options_.interval, nanoseconds(1)));
  tick_ = std::max(due, TickAfter(now + std::max(pause, asked_for)));
  next_ = tick_ + Random(options_.jitter);
}

}  // namespace sluice::produce
