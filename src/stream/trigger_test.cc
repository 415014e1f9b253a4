// SPDX-License-Identifier: Apache-2.0
#include "stream/trigger.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "stream/testing/eventually.h"
#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

using namespace std::chrono_literals;

TEST(TimeToNextTrigger, WaitsToTheNextMultipleOfTheInterval) {
  EXPECT_EQ(TimeToNextTrigger(10'400, 10'450, 1s), 550ms);
  EXPECT_EQ(TimeToNextTrigger(10'400, 10'999, 1s), 1ms);
  EXPECT_EQ(TimeToNextTrigger(10'999, 10'999, 1s), 1ms);
  EXPECT_EQ(TimeToNextTrigger(61'000, 62'000, 1min), 58s);
}

TEST(TimeToNextTrigger, ATriggerOnAMultipleIsFollowedAWholeIntervalLater) {
  EXPECT_EQ(TimeToNextTrigger(11'000, 11'000, 1s), 1000ms);
  EXPECT_EQ(TimeToNextTrigger(11'000, 11'300, 1s), 700ms);
}

TEST(TimeToNextTrigger, AnOverrunStartsAtOnce) {
  EXPECT_EQ(TimeToNextTrigger(10'400, 11'000, 1s), 0ms);
  EXPECT_EQ(TimeToNextTrigger(10'400, 11'001, 1s), 0ms);
  EXPECT_EQ(TimeToNextTrigger(10'400, 13'250, 1s), 0ms);
}

TEST(TimeToNextTrigger, AnOverrunIsNotCaughtUp) {
  // Of 11, 12 and 13 s one trigger is left, at 13.25 s; the next is on its multiple again.
  EXPECT_EQ(TimeToNextTrigger(13'250, 13'300, 1s), 700ms);
}

TEST(TimeToNextTrigger, NeverMoreThanAnIntervalWhenTheClockJumpsBack) {
  EXPECT_EQ(TimeToNextTrigger(1'000'000'000, 5'000, 1s), 1s);
}

TEST(TimeToNextTrigger, WithoutAnIntervalNeverWaits) {
  EXPECT_EQ(TimeToNextTrigger(10'400, 10'400, 0s), 0ms);
}

TEST(IdlePause, BeginsWithSparksTenMillisecondsAndEndsAtFifty) {
  EXPECT_EQ(IdlePause(0), 10ms);
  EXPECT_EQ(IdlePause(1), 10ms);
  EXPECT_EQ(IdlePause(100), 20ms);
  EXPECT_EQ(IdlePause(399), 49ms);
  EXPECT_EQ(IdlePause(400), 50ms);
  EXPECT_EQ(IdlePause(1'000'000'000), 50ms);
}

TEST(Trigger, AQueryFiresOnTheMultiples) {
  MemoryWorld world;
  world.clock.Advance(370ms);
  world.options.trigger.kind = Trigger::Kind::kProcessingTime;
  world.options.trigger.interval = 1000ms;
  RecordingListener listener;
  const auto query = world.NewQuery(listener);
  std::stop_source stop;
  {
    const std::jthread thread([&] { EXPECT_TRUE(query->Run(stop.get_token()).ok()); });
    for (size_t batch = 1; batch <= 3; ++batch) {
      world.Produce(10);
      EXPECT_TRUE(Eventually([&] { return listener.progress().size() >= batch; }));
    }
    stop.request_stop();
  }
  const std::vector<Progress> progress = listener.progress();
  ASSERT_GE(progress.size(), 3u);
  for (size_t batch = 1; batch < progress.size(); ++batch) {
    EXPECT_EQ(progress[batch].timestamp_ms % 1000, 0) << "batch " << batch;
  }
}

}  // namespace
}  // namespace sluice::stream
