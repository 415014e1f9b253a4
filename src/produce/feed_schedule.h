// SPDX-License-Identifier: Apache-2.0
//
// When a feed is asked for next. Polls fall on fixed ticks, `interval` apart, whatever a poll takes; a
// tick that passed while a poll was under way is missed, not made up for. Where the ticks lie depends on
// the feed's name, so that many feeds of one interval are spread over it. The first poll does not wait
// for a tick: it comes within the first two seconds.
//
//   FeedSchedule schedule(options, "city-vehicles", clock.Monotonic(), seed);
//   if (now >= schedule.next()) ...                     // ask
//   schedule.Done({PollEnd::kFailed, retry_after}, clock.Monotonic());
//
// Pure: time and seed come from outside.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

namespace sluice::produce {

struct ScheduleOptions {
  std::chrono::nanoseconds interval{0};
  std::chrono::nanoseconds jitter{0};
  std::chrono::nanoseconds max_backoff{0};    // longest pause after failures
  std::chrono::nanoseconds refused_retry{0};  // longest pause after refusals
};

enum class PollEnd {
  kGood,    // the feed answered, with something new or not
  kFailed,  // may be better next time: back off, with full jitter
  kRefused  // will hardly get better by itself (most 4xx): ask rarely
};

struct PollEnding {
  PollEnd end = PollEnd::kGood;
  // What the server asked for in Retry-After; at most an hour of it is believed.
  std::optional<std::chrono::nanoseconds> retry_after = {};
  // Set by a source that has its own times (a replay): the next poll comes so long after this one.
  std::optional<std::chrono::nanoseconds> next_in = {};
};

class FeedSchedule {
 public:
  FeedSchedule(const ScheduleOptions& options, std::string_view feed,
               std::chrono::nanoseconds start, uint64_t seed);

  // Monotonic time of the next poll.
  std::chrono::nanoseconds next() const { return next_; }
  // A poll ended at `now`.
  void Done(const PollEnding& ending, std::chrono::nanoseconds now);
  // Ticks that passed while a poll was under way, so far.
  int64_t missed() const { return missed_; }
  // Failures and refusals since the last good poll.
  int failures() const { return failures_; }

 private:
  std::chrono::nanoseconds PauseAfter(PollEnd end);
  // The first tick after `time`.
  std::chrono::nanoseconds TickAfter(std::chrono::nanoseconds time) const;
  std::chrono::nanoseconds Random(std::chrono::nanoseconds limit);

  ScheduleOptions options_;
  std::chrono::nanoseconds phase_;  // the ticks are at phase_ + k * interval
  std::mt19937_64 random_;
  std::chrono::nanoseconds next_;
  std::chrono::nanoseconds tick_;  // the tick that next_ belongs to, without jitter
  int failures_ = 0;
  int64_t missed_ = 0;
};

}  // namespace sluice::produce
