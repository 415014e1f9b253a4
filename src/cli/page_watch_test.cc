// SPDX-License-Identifier: Apache-2.0
#include "cli/page_watch.h"

#include <gtest/gtest.h>

#include "core/testing/manual_clock.h"

namespace sluice::cli {
namespace {

// Batch 3: `partitions` partitions of which number p has p + 1 records.
stream::Progress Batch(int32_t partitions) {
  stream::Progress progress;
  progress.batch = BatchId{3};
  progress.timestamp_ms = 1000;
  progress.committed_at_ms = 1400;
  progress.duration_ms = {{"triggerExecution", 380}};
  progress.records = 12;
  progress.rejects_by_reason = {{"not_json", 2}};
  progress.version = TableVersion{9};
  for (int32_t p = 0; p < partitions; ++p) {
    progress.source.start[{"t", PartitionId{p}}] = Offset{100};
    progress.source.end[{"t", PartitionId{p}}] = Offset{101 + p};
  }
  return progress;
}

TEST(PageWatch, ABatch) {
  stream::Progress progress = Batch(2);
  progress.samples.push_back({"not_json", "why", {"t", PartitionId{1}}, Offset{100}, "{", 1});
  const page::BatchDone batch = BatchOf(progress);
  EXPECT_EQ(batch.id, 3);
  EXPECT_EQ(batch.version, 9);
  EXPECT_DOUBLE_EQ(batch.seconds, 0.38);
  EXPECT_EQ(batch.bad.at("not_json"), 2);
  ASSERT_EQ(batch.samples.size(), 1);
  EXPECT_EQ(batch.samples[0].offset, 100);
  EXPECT_EQ(batch.samples[0].partition, 1);
  EXPECT_EQ(batch.samples[0].payload, "{");
}

TEST(PageWatch, TheLargestRangesOfMany) {
  const page::BatchDone batch = BatchOf(Batch(40));
  ASSERT_EQ(batch.ranges.size(), 16);
  EXPECT_EQ(batch.ranges[0].partition, 39);
  EXPECT_EQ(batch.ranges[0].end, 140);
  EXPECT_EQ(batch.more_ranges, 24);
}

class PageWatchTest : public ::testing::Test {
 protected:
  template <typename Event>
  Event Only() {
    auto events = inbox_.Take().events;
    EXPECT_EQ(events.size(), 1);
    return std::get<Event>(events.at(0));
  }
  ManualClock clock_{5000};
  page::Inbox<page::QueryEvent> inbox_;
  PageWatch watch_{inbox_, clock_};
};

TEST_F(PageWatchTest, StatesWithTheirReason) {
  watch_.OnState(stream::QueryState::kWaiting, Status::Retry("KAFKA_UNREACHABLE", "no broker"));
  const auto waiting = Only<page::StateChanged>();
  EXPECT_EQ(waiting.state, page::RunState::kWaiting);
  EXPECT_EQ(waiting.code, "KAFKA_UNREACHABLE");
  EXPECT_EQ(waiting.message, "no broker");
  EXPECT_EQ(waiting.at_ms, 5000);
  watch_.OnState(stream::QueryState::kStopped, Status::Cancelled());
  EXPECT_EQ(Only<page::StateChanged>().code, "");
}

TEST_F(PageWatchTest, AFailureIsAState) {
  watch_.OnTerminated(Status::Ok());
  watch_.OnTerminated(Status::Cancelled());
  watch_.OnTerminated(Status::Stop("FENCED", "another"));
  EXPECT_EQ(Only<page::StateChanged>().state, page::RunState::kFailed);
}

TEST_F(PageWatchTest, Losses) {
  watch_.OnWarning({"LOST", "gone", 7});
  EXPECT_EQ(Only<page::Warned>().records_lost, 7);
}

}  // namespace
}  // namespace sluice::cli
