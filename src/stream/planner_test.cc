// SPDX-License-Identifier: Apache-2.0
#include "stream/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/testing/manual_clock.h"
#include "stream/testing/memory_source.h"

namespace sluice::stream {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

TopicPartition Partition(int number) { return {"t", PartitionId{number}}; }

OffsetMap At(const std::vector<int64_t>& offsets) {
  OffsetMap map;
  for (size_t i = 0; i < offsets.size(); ++i)
    map[Partition(static_cast<int>(i))] = Offset{offsets[i]};
  return map;
}

class PlannerTest : public testing::Test {
 protected:
  void Produce(int partition, int records) {
    for (int i = 0; i < records; ++i) broker_->Append(Partition(partition), "{}");
  }
  // A topic whose partition holds that many records now; what it held before is gone.
  void MakeAnew(int partition, int records) {
    broker_->RemovePartition(Partition(partition));
    broker_->AddPartition(Partition(partition));
    Produce(partition, records);
  }
  Result<Outlook> Look(const OffsetMap& start) { return planner_.Look(start, {}); }
  OffsetMap EndOf(const OffsetMap& start) {
    const Result<Outlook> outlook = Look(start);
    EXPECT_TRUE(outlook.ok()) << outlook.status().ToString();
    return outlook.ok() ? outlook->end : OffsetMap{};
  }

  std::shared_ptr<MemoryBroker> broker_ = std::make_shared<MemoryBroker>();
  MemorySource source_{broker_};
  ManualClock clock_{1'714'550'400'000};
  QueryOptions options_;
  Planner planner_{source_, options_, clock_};
};

TEST_F(PlannerTest, WithoutLimitsABatchTakesAllThereIs) {
  Produce(0, 5);
  Produce(1, 7);
  EXPECT_EQ(EndOf(At({0, 0})), At({5, 7}));
  Produce(1, 1);
  EXPECT_EQ(EndOf(At({5, 7})), At({5, 8}));
  EXPECT_EQ(EndOf(At({5, 8})), At({5, 8})) << "nothing new: the end is the start";
}

TEST_F(PlannerTest, TheMaximumCutsABatch) {
  options_.limits.max_offsets_per_trigger = 10;
  Produce(0, 100);
  const auto outlook = Look(At({50}));
  ASSERT_TRUE(outlook.ok());
  EXPECT_EQ(outlook->end, At({60}));
  EXPECT_EQ(outlook->latest, At({100}));
}

TEST_F(PlannerTest, ANewPartitionIsLimitedFromItsEarliestOffset) {
  options_.limits.max_offsets_per_trigger = 10;
  Produce(0, 100);
  broker_->AddPartition(Partition(1), 1000);
  Produce(1, 100);
  EXPECT_EQ(EndOf(At({0})), At({5, 1005}));
  EXPECT_EQ(broker_->calls("earliest"), 1);
  EXPECT_EQ(EndOf(At({5, 1005})), At({10, 1010}));
  EXPECT_EQ(broker_->calls("earliest"), 1) << "asked for new partitions only";
}

TEST_F(PlannerTest, TheMinimumIsWaitedForExceptByTheFirstTrigger) {
  options_.limits.min_offsets_per_trigger = 10;
  options_.limits.max_trigger_delay = 1min;
  Produce(0, 1);
  EXPECT_EQ(EndOf(At({0})), At({1})) << "the first trigger never waits";
  Produce(0, 9);
  const auto waits = Look(At({1}));
  ASSERT_TRUE(waits.ok());
  EXPECT_EQ(waits->end, At({1}));
  EXPECT_EQ(waits->latest, At({10}));
  Produce(0, 1);
  EXPECT_EQ(EndOf(At({1})), At({11})) << "ten are there";
}

TEST_F(PlannerTest, TheDelayEndsTheWaitAndBeginsAgain) {
  options_.limits.min_offsets_per_trigger = 10;
  options_.limits.max_trigger_delay = 1min;
  Produce(0, 2);
  EXPECT_EQ(EndOf(At({0})), At({2}));
  Produce(0, 1);
  clock_.Advance(59s);
  EXPECT_EQ(EndOf(At({2})), At({2}));
  clock_.Advance(1s);
  EXPECT_EQ(EndOf(At({2})), At({3})) << "a minute after the first";
  Produce(0, 1);
  clock_.Advance(59s);
  EXPECT_EQ(EndOf(At({3})), At({3}))
      << "the minute counts from the last trigger, not from the start";
}

// The first trigger never waits for the minimum, so it must not be used up by a look that failed.
TEST_F(PlannerTest, ATriggerWhoseOffsetsCannotBeLookedUpHasNotFired) {
  options_.limits.min_offsets_per_trigger = 10;
  options_.limits.max_offsets_per_trigger = 100;
  options_.limits.max_trigger_delay = 1min;
  Produce(0, 1);
  broker_->set_fault([](const std::string& operation) {
    return operation == "earliest" ? Status::Retry("KAFKA_UNREACHABLE", "away") : Status::Ok();
  });
  EXPECT_EQ(Look({}).status().code(), "KAFKA_UNREACHABLE") << "the partition is new: asked for";
  broker_->set_fault(nullptr);
  EXPECT_EQ(EndOf({}), At({1}));
  Produce(0, 1);
  EXPECT_EQ(EndOf(At({1})), At({1})) << "the trigger has fired: now the minimum counts";
}

TEST_F(PlannerTest, ABatchThatWaitedIsStillCut) {
  options_.limits.min_offsets_per_trigger = 10;
  options_.limits.max_offsets_per_trigger = 15;
  Produce(0, 1);
  EXPECT_EQ(EndOf(At({0})), At({1}));
  Produce(0, 100);
  EXPECT_EQ(EndOf(At({1})), At({16}));
}

TEST_F(PlannerTest, OnceTakesAllWhateverTheLimits) {
  options_.trigger.kind = Trigger::Kind::kOnce;
  options_.limits.max_offsets_per_trigger = 10;
  options_.limits.min_offsets_per_trigger = 5;
  Produce(0, 100);
  EXPECT_EQ(EndOf(At({0})), At({100}));
  Produce(0, 1);
  EXPECT_EQ(EndOf(At({100})), At({101})) << "less than the minimum, and no first trigger";
}

class AvailableNowTest : public PlannerTest {
 protected:
  AvailableNowTest() { options_.trigger.kind = Trigger::Kind::kAvailableNow; }
};

TEST_F(AvailableNowTest, EndsWhereTheTopicEndedAtTheFirstLook) {
  options_.limits.max_offsets_per_trigger = 10;
  Produce(0, 25);
  OffsetMap at = At({0});
  std::vector<OffsetMap> ends;
  for (int look = 0; look < 4; ++look) {
    const auto outlook = Look(at);
    ASSERT_TRUE(outlook.ok());
    EXPECT_EQ(outlook->latest, At({25}));
    ends.push_back(at = outlook->end);
    Produce(0, 7);
  }
  EXPECT_EQ(ends, (std::vector<OffsetMap>{At({10}), At({20}), At({25}), At({25})}));
}

TEST_F(AvailableNowTest, APartitionThatComesLaterIsOfTheNextRun) {
  Produce(0, 5);
  EXPECT_EQ(EndOf(At({0})), At({5}));
  Produce(1, 5);
  EXPECT_EQ(EndOf(At({5})), At({5}));
}

TEST_F(AvailableNowTest, DoesNotWaitForAMinimum) {
  options_.limits.min_offsets_per_trigger = 1000;
  options_.limits.max_offsets_per_trigger = 4;
  Produce(0, 6);
  EXPECT_EQ(EndOf(At({0})), At({4}));
  EXPECT_EQ(EndOf(At({4})), At({6})) << "a draining run leaves no remainder behind";
}

TEST_F(AvailableNowTest, FreezesNothingBeforeTheBrokerAnswers) {
  Produce(0, 5);
  broker_->set_fault([](const std::string&) { return Status::Retry("KAFKA_UNREACHABLE", "away"); });
  EXPECT_EQ(Look(At({0})).status().code(), "KAFKA_UNREACHABLE");
  broker_->set_fault(nullptr);
  Produce(0, 5);
  EXPECT_EQ(EndOf(At({0})), At({10}));
}

TEST_F(AvailableNowTest, RefusesToGoOnWithoutAPartition) {
  for (int partition = 0; partition < 3; ++partition) Produce(partition, 5);
  EXPECT_EQ(EndOf(At({0, 0, 0})), At({5, 5, 5}));
  broker_->RemovePartition(Partition(1));
  const Status status = Look(At({5, 5, 5})).status();
  ASSERT_TRUE(status.Is(ErrorKind::kStop));
  EXPECT_EQ(status.code(), "KAFKA_DATA_LOSS.LOST_TOPIC_PARTITIONS_WITH_TRIGGER_AVAILABLENOW");
  EXPECT_THAT(status.message(), HasSubstr("are gone: t-1."));
}

TEST_F(AvailableNowTest, RefusesToGoOnWhenATopicWasMadeAnew) {
  Produce(0, 5);
  Produce(1, 5);
  EXPECT_EQ(EndOf(At({0, 0})), At({5, 5}));
  MakeAnew(1, 2);
  const Status status = Look(At({5, 5})).status();
  ASSERT_TRUE(status.Is(ErrorKind::kStop));
  EXPECT_EQ(status.code(),
            "KAFKA_DATA_LOSS.END_OFFSET_HAS_GREATER_OFFSET_WITH_TRIGGER_AVAILABLENOW");
  EXPECT_THAT(status.message(), HasSubstr("t-1 (planned to 5, now ends at 2)"));
  EXPECT_THAT(status.message(), Not(HasSubstr("t-0")));
}

// Without the trigger's promise a lost partition is for the source to judge (failOnDataLoss).
TEST_F(PlannerTest, ARunningQueryLooksPastALostPartition) {
  Produce(0, 5);
  Produce(1, 5);
  EXPECT_EQ(EndOf(At({0, 0})), At({5, 5}));
  broker_->RemovePartition(Partition(1));
  EXPECT_EQ(EndOf(At({5, 5})), At({5}));
}

}  // namespace
}  // namespace sluice::stream
