// SPDX-License-Identifier: Apache-2.0
#include "produce/feed_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <set>
#include <vector>

#include "core/testing/manual_clock.h"

namespace sluice::produce {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds kStart = hours(100);

ScheduleOptions Every(nanoseconds interval) {
  return {interval, nanoseconds(0), minutes(5), minutes(15)};
}

// A schedule behind its first poll, which took no time.
FeedSchedule Running(const ScheduleOptions& options, uint64_t seed = 1) {
  FeedSchedule schedule(options, "feed", kStart, seed);
  schedule.Done({}, schedule.next());
  return schedule;
}

TEST(FeedSchedule, TheFirstPollComesWithinTwoSeconds) {
  for (int i = 0; i < 100; ++i) {
    const FeedSchedule schedule(Every(minutes(10)), fmt::format("feed-{}", i), kStart, 1);
    EXPECT_GE(schedule.next(), kStart);
    EXPECT_LT(schedule.next(), kStart + seconds(2));
  }
}

TEST(FeedSchedule, TicksDoNotDriftWhateverAPollTakes) {
  ManualClock clock(0);
  clock.Advance(kStart);
  FeedSchedule schedule(Every(seconds(20)), "feed", clock.Monotonic(), 1);
  std::vector<nanoseconds> polls;
  for (int i = 0; i < 1000; ++i) {
    clock.Advance(schedule.next() - clock.Monotonic());
    polls.push_back(clock.Monotonic());
    clock.Advance(milliseconds(17 * (i % 900)));  // up to 15.3 s
    schedule.Done({}, clock.Monotonic());
  }
  for (size_t i = 2; i < polls.size(); ++i) ASSERT_EQ(polls[i] - polls[i - 1], seconds(20)) << i;
  EXPECT_EQ(schedule.missed(), 0);
}

TEST(FeedSchedule, TheSecondPollIsAtLeastHalfAnIntervalAfterTheFirst) {
  for (int i = 0; i < 200; ++i) {
    FeedSchedule schedule(Every(seconds(20)), fmt::format("feed-{}", i), kStart, 1);
    const nanoseconds first = schedule.next();
    schedule.Done({}, first + milliseconds(100));
    EXPECT_GE(schedule.next() - first, seconds(10));
    EXPECT_LE(schedule.next() - first, seconds(30));
    EXPECT_EQ(schedule.missed(), 0);
  }
}

TEST(FeedSchedule, FeedsOfOneIntervalAreSpreadOverIt) {
  std::set<int64_t> quarters;
  for (int i = 0; i < 40; ++i) {
    FeedSchedule schedule(Every(seconds(20)), fmt::format("city-{}", i), kStart, 1);
    schedule.Done({}, schedule.next());
    quarters.insert(((schedule.next() - kStart) % nanoseconds(seconds(20))) / seconds(5));
  }
  EXPECT_EQ(quarters.size(), 4u);
}

TEST(FeedSchedule, TheTicksOfANameAreTheSameInEveryRun) {
  EXPECT_EQ(Running(Every(seconds(20)), 1).next(), Running(Every(seconds(20)), 2).next());
}

TEST(FeedSchedule, AMissedTickIsNotMadeUpFor) {
  FeedSchedule schedule = Running(Every(seconds(20)));
  const nanoseconds tick = schedule.next();
  schedule.Done({}, tick + seconds(65));  // three ticks passed
  EXPECT_EQ(schedule.next(), tick + seconds(80));
  EXPECT_EQ(schedule.missed(), 3);
  schedule.Done({}, schedule.next() + seconds(1));
  EXPECT_EQ(schedule.next(), tick + seconds(100));
  EXPECT_EQ(schedule.missed(), 3);
}

TEST(FeedSchedule, JitterPutsAPollOffAndMovesNoTick) {
  ScheduleOptions options = Every(seconds(20));
  options.jitter = seconds(5);
  FeedSchedule schedule = Running(options);
  const nanoseconds grid = Running(Every(seconds(20))).next();
  std::set<int64_t> offsets;
  for (int i = 0; i < 50; ++i) {
    const nanoseconds late = schedule.next() - (grid + i * seconds(20));
    EXPECT_GE(late, seconds(0));
    EXPECT_LE(late, seconds(5));
    offsets.insert(late.count());
    schedule.Done({}, schedule.next() + milliseconds(10));
  }
  EXPECT_GT(offsets.size(), 40u);
}

TEST(FeedSchedule, TheSameSeedJittersTheSame) {
  ScheduleOptions options = Every(seconds(20));
  options.jitter = seconds(5);
  EXPECT_EQ(Running(options, 7).next(), Running(options, 7).next());
  EXPECT_NE(Running(options, 7).next(), Running(options, 8).next());
}

TEST(FeedSchedule, FailuresBackOffWithFullJitterUpToTheCap) {
  std::vector<nanoseconds> longest(12), total(12);
  for (uint64_t seed = 0; seed < 200; ++seed) {
    FeedSchedule schedule = Running(Every(seconds(10)), seed);
    for (size_t n = 0; n < longest.size(); ++n) {
      const nanoseconds now = schedule.next();
      schedule.Done({PollEnd::kFailed}, now);
      const nanoseconds pause = schedule.next() - now;
      EXPECT_GE(pause, seconds(10));
      longest[n] = std::max(longest[n], pause);
      total[n] += pause;
    }
  }
  EXPECT_LE(longest[0], seconds(20));
  EXPECT_GT(longest[3], seconds(60));
  for (const nanoseconds pause : longest) EXPECT_LE(pause, minutes(5) + seconds(10));
  EXPECT_NEAR(static_cast<double>((total.back() / 200).count()) / 1e9, 155,
              25);  // uniform up to the cap
}

TEST(FeedSchedule, AfterASuccessItIsAsBefore) {
  FeedSchedule schedule = Running(Every(seconds(10)));
  for (int i = 0; i < 8; ++i) schedule.Done({PollEnd::kFailed}, schedule.next());
  EXPECT_EQ(schedule.failures(), 8);
  const nanoseconds now = schedule.next();
  schedule.Done({}, now);
  EXPECT_EQ(schedule.failures(), 0);
  EXPECT_EQ(schedule.next() - now, seconds(10));
}

TEST(FeedSchedule, APauseAfterFailuresIsNoMissedTick) {
  FeedSchedule schedule = Running(Every(seconds(10)));
  for (int i = 0; i < 8; ++i) schedule.Done({PollEnd::kFailed}, schedule.next());
  EXPECT_EQ(schedule.missed(), 0);
}

TEST(FeedSchedule, APollAfterAPauseFallsOnATick) {
  FeedSchedule schedule = Running(Every(seconds(10)));
  const nanoseconds tick = schedule.next();
  for (int i = 0; i < 20; ++i) {
    schedule.Done({i % 2 ? PollEnd::kFailed : PollEnd::kRefused},
                  schedule.next() + milliseconds(3));
    EXPECT_EQ((schedule.next() - tick) % nanoseconds(seconds(10)), nanoseconds(0));
  }
}

TEST(FeedSchedule, ARefusedFeedIsAskedForRarely) {
  FeedSchedule schedule = Running(Every(seconds(10)));
  std::vector<nanoseconds> pauses;
  for (int i = 0; i < 6; ++i) {
    const nanoseconds now = schedule.next();
    schedule.Done({PollEnd::kRefused}, now);
    pauses.push_back(schedule.next() - now);
  }
  EXPECT_GE(pauses[0], seconds(30));
  EXPECT_LE(pauses[0], seconds(70));
  EXPECT_GE(pauses[1], minutes(2));
  for (size_t i = 2; i < pauses.size(); ++i) {
    EXPECT_GE(pauses[i], milliseconds(450000));
    EXPECT_LE(pauses[i], minutes(15) + seconds(10));
  }
}

TEST(FeedSchedule, ASlowIntervalIsNeverAskedFasterAfterAFailure) {
  FeedSchedule schedule = Running(Every(hours(1)));
  const nanoseconds now = schedule.next();
  schedule.Done({PollEnd::kFailed}, now);
  EXPECT_GE(schedule.next() - now, hours(1));
  schedule.Done({PollEnd::kRefused}, schedule.next());
  EXPECT_GE(schedule.next() - now, hours(2));
}

TEST(FeedSchedule, RetryAfterIsHonouredUpToAnHour) {
  FeedSchedule schedule = Running(Every(seconds(10)));
  nanoseconds now = schedule.next();
  schedule.Done({PollEnd::kFailed, seconds(95)}, now);
  EXPECT_GE(schedule.next() - now, seconds(95));
  EXPECT_LE(schedule.next() - now, seconds(106));
  now = schedule.next();
  schedule.Done({PollEnd::kFailed, hours(1000)}, now);
  EXPECT_GE(schedule.next() - now, hours(1));
  EXPECT_LE(schedule.next() - now, hours(1) + seconds(10));
}

TEST(FeedSchedule, ASourceWithItsOwnTimesSetsThem) {
  FeedSchedule schedule(Every(seconds(30)), "replay", kStart, 1);
  const nanoseconds first = schedule.next();
  PollEnding ending;
  ending.next_in = milliseconds(700);
  schedule.Done(ending, first + milliseconds(100));
  EXPECT_EQ(schedule.next(), first + milliseconds(700));
  schedule.Done(ending, first + seconds(5));  // late: at once, not twice
  EXPECT_EQ(schedule.next(), first + seconds(5));
}

TEST(FeedSchedule, AnIntervalOfAMillisecondIsFine) {
  FeedSchedule schedule = Running(Every(milliseconds(1)));
  const nanoseconds now = schedule.next();
  schedule.Done({}, now);
  EXPECT_EQ(schedule.next() - now, milliseconds(1));
}

}  // namespace
}  // namespace sluice::produce
