// SPDX-License-Identifier: Apache-2.0
#include "kafka/start_offsets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using Kind = StartingPosition::Kind;

const TopicPartition kA0{"a", PartitionId{0}};
const TopicPartition kA1{"a", PartitionId{1}};
const TopicPartition kB0{"b", PartitionId{0}};
const std::set<TopicPartition> kAssigned = {kA0, kA1, kB0};

StartingPosition Of(Kind kind) {
  StartingPosition starting;
  starting.kind = kind;
  return starting;
}

TEST(PlanStartTest, EarliestAndLatestAskForAll) {
  EXPECT_THAT(PlanStart(Of(Kind::kEarliest), kAssigned, {})->asked,
              ElementsAre(Pair(kA0, -2), Pair(kA1, -2), Pair(kB0, -2)));
  EXPECT_THAT(PlanStart(Of(Kind::kLatest), kAssigned, {})->asked,
              ElementsAre(Pair(kA0, -1), Pair(kA1, -1), Pair(kB0, -1)));
}

TEST(PlanStartTest, TopicBornAfterTheStartIsReadWhole) {
  EXPECT_THAT(PlanStart(Of(Kind::kLatest), kAssigned, {"b"})->asked,
              ElementsAre(Pair(kA0, -1), Pair(kA1, -1), Pair(kB0, -2)));
}

TEST(PlanStartTest, OffsetsByPartitionMixNumbersAndMarks) {
  StartingPosition starting = Of(Kind::kByPartition);
  starting.by_partition = {{kA0, Offset{-2}}, {kA1, Offset{-1}}, {kB0, Offset{0}}};
  const auto plan = PlanStart(starting, kAssigned, {});
  ASSERT_TRUE(plan.ok());
  EXPECT_THAT(plan->given, ElementsAre(Pair(kB0, Offset{0})));
  EXPECT_THAT(plan->asked, ElementsAre(Pair(kA0, -2), Pair(kA1, -1)));
}

TEST(PlanStartTest, MapsMustNameExactlyTheAssignedPartitions) {
  StartingPosition starting = Of(Kind::kByPartition);
  starting.by_partition = {{kA0, Offset{1}}, {{"c", PartitionId{7}}, Offset{1}}};
  const auto plan = PlanStart(starting, kAssigned, {});
  EXPECT_TRUE(plan.status().Is(ErrorKind::kExit));
  EXPECT_THAT(plan.status().message(),
              HasSubstr("startingOffsets: you must specify all TopicPartitions. Missing: a-1, b-0. "
                        "Not part of the subscription: c-7."));
  EXPECT_THAT(plan.status().message(), HasSubstr("Use -1 for latest, -2 for earliest"));

  starting = Of(Kind::kByTimestamp);
  starting.timestamps_ms = {{kA0, 1}, {kA1, 2}};
  const auto by_time = PlanStart(starting, kAssigned, {});
  EXPECT_THAT(
      by_time.status().message(),
      HasSubstr("startingOffsetsByTimestamp: you must specify all TopicPartitions. Missing: b-0."));
  EXPECT_THAT(by_time.status().message(), Not(HasSubstr("-1 for latest")));
}

TEST(ResolveStartTest, TimestampWithoutARecordIsAnErrorOrTheEnd) {
  StartingPosition starting = Of(Kind::kTimestamp);
  starting.timestamp_ms = 1234;
  const StartPlan plan = *PlanStart(starting, kAssigned, {});
  const OffsetMap answers = {{kA0, Offset{5}}, {kA1, Offset{-1}}, {kB0, Offset{0}}};
  std::set<TopicPartition> ask_latest;
  const auto refused = ResolveStart(starting, plan, answers, &ask_latest);
  EXPECT_TRUE(refused.status().Is(ErrorKind::kExit));
  EXPECT_THAT(
      refused.status().message(),
      HasSubstr("No offset matched from request of topic-partition a-1 and timestamp 1234"));

  starting.latest_when_no_match = true;
  const auto resolved = ResolveStart(starting, plan, answers, &ask_latest);
  ASSERT_TRUE(resolved.ok());
  EXPECT_THAT(*resolved, ElementsAre(Pair(kA0, Offset{5}), Pair(kB0, Offset{0})));
  EXPECT_THAT(ask_latest, ElementsAre(kA1));
}

TEST(ResolveStartTest, GivenOffsetsStay) {
  StartingPosition starting = Of(Kind::kByPartition);
  starting.by_partition = {{kA0, Offset{7}}, {kA1, Offset{-1}}, {kB0, Offset{9}}};
  const StartPlan plan = *PlanStart(starting, kAssigned, {});
  std::set<TopicPartition> ask_latest;
  const auto start = ResolveStart(starting, plan, {{kA1, Offset{100}}}, &ask_latest);
  EXPECT_THAT(*start,
              ElementsAre(Pair(kA0, Offset{7}), Pair(kA1, Offset{100}), Pair(kB0, Offset{9})));
  EXPECT_THAT(ask_latest, IsEmpty());
}

}  // namespace
}  // namespace sluice::kafka
