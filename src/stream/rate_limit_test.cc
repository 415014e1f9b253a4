// SPDX-License-Identifier: Apache-2.0
#include "stream/rate_limit.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace sluice::stream {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// Offsets of the partitions 0, 1, 2, ... of one topic.
OffsetMap At(const std::vector<int64_t>& offsets) {
  OffsetMap map;
  for (size_t i = 0; i < offsets.size(); ++i) {
    map[{"t", PartitionId{static_cast<int32_t>(i)}}] = Offset{offsets[i]};
  }
  return map;
}

TEST(LimitedEnd, SharesInProportionToWhatWaits) {
  EXPECT_EQ(LimitedEnd(At({0, 0, 0}), At({100, 200, 700}), 100), At({10, 20, 70}));
  EXPECT_EQ(LimitedEnd(At({1000, 50}), At({3000, 2050}), 500), At({1250, 300}));
}

TEST(LimitedEnd, RoundsDownButALessThanOneUp) {
  // Shares of 0.5, 1.5 and 98.
  EXPECT_EQ(LimitedEnd(At({0, 0, 0}), At({5, 15, 980}), 100), At({1, 1, 98}));
}

TEST(LimitedEnd, EachBusyPartitionGetsOneRecordAboveTheLimitToo) {
  EXPECT_EQ(LimitedEnd(At({0, 0, 0, 0}), At({50, 50, 50, 50}), 1), At({1, 1, 1, 1}));
}

// 100 * (29 / 100) is 28.999999999999996 in doubles, 100 * 29 / 100 would be 29.
TEST(LimitedEnd, CalculatesInSparksOrder) {
  EXPECT_EQ(LimitedEnd(At({0, 0}), At({29, 71}), 100), At({28, 71}));
}

TEST(LimitedEnd, TakesAllWhenTheLimitIsFarAway) {
  EXPECT_EQ(LimitedEnd(At({3, 4}), At({10, 20}), 1000), At({10, 20}));
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(LimitedEnd(At({0}), At({kMost}), kMost), At({kMost}));
}

TEST(LimitedEnd, APartitionWithNothingToReadKeepsItsLatestOffset) {
  EXPECT_EQ(LimitedEnd(At({5, 0}), At({5, 100}), 10), At({5, 10}));
  EXPECT_EQ(LimitedEnd(At({7, 9}), At({7, 9}), 1), At({7, 9}));
}

TEST(LimitedEnd, APartitionThatShrankTakesNoShare) {
  EXPECT_EQ(LimitedEnd(At({50, 0}), At({30, 100}), 10), At({30, 10}));
}

TEST(LimitedEnd, APartitionWithoutAStartTakesNoShare) {
  EXPECT_EQ(LimitedEnd(At({0}), At({100, 700}), 10), At({10, 700}));
}

TEST(LimitedEnd, ManyBatchesReadEverythingOnceAndEnd) {
  const OffsetMap latest = At({1, 17, 4096, 250, 0, 99999});
  OffsetMap at = At({0, 0, 1000, 249, 0, 3});
  int batches = 0;
  while (at != latest && batches < 1000) {
    const OffsetMap end = LimitedEnd(at, latest, 1000);
    for (const auto& [partition, offset] : end) {
      EXPECT_GE(offset, at.at(partition));
      EXPECT_LE(offset, latest.at(partition));
    }
    // One a busy partition is the least, and the most by which the limit can be exceeded.
    EXPECT_LE(RecordsBetween(at, end), 1000 + 6);
    at = end;
    ++batches;
  }
  EXPECT_EQ(at, latest);
  EXPECT_LE(batches, 110);
}

RateLimits AtLeast(int64_t min_records, milliseconds delay) {
  RateLimits limits;
  limits.min_offsets_per_trigger = min_records;
  limits.max_trigger_delay = delay;
  return limits;
}

TEST(WaitsForMore, OnlyWithAMinimum) {
  EXPECT_FALSE(WaitsForMore(RateLimits{}, At({0}), At({0}), 0ms));
  EXPECT_TRUE(WaitsForMore(AtLeast(1, 1min), At({0}), At({0}), 0ms));
}

TEST(WaitsForMore, UntilTheMinimumIsThere) {
  EXPECT_TRUE(WaitsForMore(AtLeast(10, 1min), At({0, 5}), At({4, 10}), 0ms));
  EXPECT_FALSE(WaitsForMore(AtLeast(10, 1min), At({0, 5}), At({5, 10}), 0ms));
}

TEST(WaitsForMore, OrUntilTheDelayHasPassed) {
  EXPECT_TRUE(WaitsForMore(AtLeast(10, 1min), At({0}), At({1}), 59'999ms));
  EXPECT_FALSE(WaitsForMore(AtLeast(10, 1min), At({0}), At({1}), 60'000ms));
}

TEST(WaitsForMore, FifteenMinutesUnlessSaidOtherwise) {
  RateLimits limits;
  limits.min_offsets_per_trigger = 10;
  EXPECT_TRUE(WaitsForMore(limits, At({0}), At({1}), 15min - 1ms));
  EXPECT_FALSE(WaitsForMore(limits, At({0}), At({1}), 15min));
}

TEST(WaitsForMore, NotTheFirstTriggerWhateverTheDelay) {
  EXPECT_FALSE(WaitsForMore(AtLeast(10, 24h), At({0}), At({1}), milliseconds::max()));
}

TEST(RecordsBetween, SumsOverThePartitions) {
  EXPECT_EQ(RecordsBetween(At({10, 20}), At({15, 120})), 105);
  EXPECT_EQ(RecordsBetween(At({10}), At({10})), 0);
  EXPECT_EQ(RecordsBetween(At({10}), At({10, 7})), 7)
      << "a new partition counts from 0, as in Spark";
  EXPECT_EQ(RecordsBetween(At({10, 0}), At({4, 3})), 3) << "one that shrank takes nothing away";
}

}  // namespace
}  // namespace sluice::stream
