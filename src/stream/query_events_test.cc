// SPDX-License-Identifier: Apache-2.0
//
// What a query tells its listener beside the batches themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

#include "stream/testing/eventually.h"
#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

using namespace std::chrono_literals;

// A query that runs until the end of the test.
class Running {
 public:
  Running(MemoryWorld& world, QueryListener& listener) : query_(world.NewQuery(listener)) {
    thread_ = std::jthread([this] { (void)query_->Run(stop_.get_token()); });
  }
  ~Running() { stop_.request_stop(); }

 private:
  std::unique_ptr<Query> query_;
  std::stop_source stop_;
  std::jthread thread_;
};

// In a world whose time runs as fast as the query sleeps.
void RunEverySecond(MemoryWorld& world) {
  world.options.trigger.kind = Trigger::Kind::kProcessingTime;
  world.options.trigger.interval = 1000ms;
}

int64_t Count(const std::vector<std::string>& all, const std::string& one) {
  return std::count(all.begin(), all.end(), one);
}

TEST(QueryEvents, APlannedBatchSaysWhatIsInItAndWhatIsLeft) {
  MemoryWorld world;
  world.Produce(1000);
  world.options.limits.max_offsets_per_trigger = 400;
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  const auto planned = listener.planned();
  ASSERT_EQ(planned.size(), 3u);
  EXPECT_EQ(planned[0].batch, BatchId{0});
  EXPECT_EQ(planned[0].records, 400);
  EXPECT_EQ(planned[0].remaining, 600);
  EXPECT_EQ(planned[2].batch, BatchId{2});
  EXPECT_EQ(planned[2].records, 200);
  EXPECT_EQ(planned[2].remaining, 0);
}

TEST(QueryEvents, ABatchThatRunsAgainIsNotAllThereIsToDrain) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  world.Produce(10);
  world.table->FailNext(Status::Stop("CRASHED", ""));
  EXPECT_EQ(world.Drain().code(), "CRASHED");
  world.Produce(50);
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  ASSERT_EQ(listener.planned().size(), 2u);
  EXPECT_EQ(listener.planned()[0].records, 10);
  EXPECT_EQ(listener.planned()[0].remaining, 50);
  EXPECT_EQ(listener.planned()[1].remaining, 0);
}

TEST(QueryEvents, TheLanesTellHowFarTheyAre) {
  MemoryWorld world;
  world.Produce(1000);
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  const auto readings = listener.readings();
  ASSERT_GE(readings.size(), 2u) << "each lane tells of its part";
  for (size_t i = 1; i < readings.size(); ++i)
    EXPECT_GT(readings[i].records_read, readings[i - 1].records_read);
  EXPECT_EQ(readings.back().batch, BatchId{0});
  EXPECT_EQ(readings.back().records_read, 1000);
}

TEST(QueryEvents, ALaneThatReadsAgainBeginsAtNothing) {
  MemoryWorld world(1);
  world.options.lanes = 1;
  world.Produce(100);
  std::atomic<bool> failed = false;
  world.files->set_fault([&](const std::string& operation) {
    if (operation != "finish" || failed.exchange(true)) return Status::Ok();
    return Status::Retry("NO_SPACE", "disk full");
  });
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  std::vector<int64_t> read;
  for (const BatchReading& reading : listener.readings()) read.push_back(reading.records_read);
  EXPECT_EQ(read, (std::vector<int64_t>{100, 0, 100}));
}

TEST(QueryEvents, WarningsOfTheStartDoNotWaitForABatch) {
  MemoryWorld world;
  world.broker->Warn({"KAFKA_CLIENT", "odd"});
  world.broker->set_fault(
      [](const std::string&) { return Status::Retry("KAFKA_UNREACHABLE", "away"); });
  RecordingListener listener;
  const Running running(world, listener);
  EXPECT_TRUE(Eventually([&] { return Count(listener.warnings(), "KAFKA_CLIENT") == 1; }));
}

TEST(QueryEvents, WarningsOfTheTableAreToldAtTheStart) {
  MemoryWorld world;
  world.Produce(1);
  ASSERT_TRUE(world.Drain().ok());
  world.wrap_table = [](std::unique_ptr<delta::Table> table) {
    static_cast<delta::MemoryTable&>(*table).AddWarning("old writer");
    return table;
  };
  RunEverySecond(world);
  RecordingListener listener;
  const Running running(world, listener);
  EXPECT_TRUE(Eventually([&] { return Count(listener.warnings(), "TABLE") == 1; }));
  EXPECT_TRUE(listener.progress().empty()) << "there was no batch";
}

TEST(QueryEvents, WarningsAreToldWhileTheQueryIsIdle) {
  MemoryWorld world;
  world.Produce(4);
  RunEverySecond(world);
  RecordingListener listener;
  const Running running(world, listener);
  ASSERT_TRUE(Eventually([&] { return listener.idles().size() >= 2; }));
  world.broker->Warn({"KAFKA_CLIENT", "odd"});
  EXPECT_TRUE(Eventually([&] { return Count(listener.warnings(), "KAFKA_CLIENT") == 1; }));
  EXPECT_EQ(listener.progress().size(), 1u);
}

TEST(QueryEvents, WarningsBeforeAFailureAreTold) {
  MemoryWorld world(1);
  world.Produce(1, "poison");
  std::atomic<bool> warned = false;
  world.broker->set_fault([&](const std::string& operation) {
    if (operation == "read" && !warned.exchange(true)) world.broker->Warn({"KAFKA_CLIENT", "odd"});
    return Status::Ok();
  });
  RecordingListener listener;
  EXPECT_EQ(world.Drain(listener).code(), "MALFORMED_RECORD");
  EXPECT_EQ(Count(listener.warnings(), "KAFKA_CLIENT"), 1);
}

TEST(QueryEvents, LostRecordsAreCounted) {
  MemoryWorld world;
  world.Produce(10);
  world.broker->Warn({"KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE", "[0, 30)", 30});
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(listener.records_lost(), 30);
}

TEST(QueryEvents, IdlenessTellsHowManyRecordsWaitForMore) {
  MemoryWorld world(1);
  RunEverySecond(world);
  world.options.limits.min_offsets_per_trigger = 10;
  world.options.limits.max_trigger_delay = std::chrono::hours(100000);
  world.Produce(10);
  RecordingListener listener;
  const Running running(world, listener);
  ASSERT_TRUE(Eventually([&] { return listener.progress().size() == 1; }));
  world.Produce(3);
  EXPECT_TRUE(Eventually([&] { return listener.waiting_records() == 3; }));
  EXPECT_EQ(listener.progress().size(), 1u);
}

TEST(QueryEvents, AStarterWhoToldOfTheTableNeedsNoWarning) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  world.disk = std::make_shared<checkpoint::MemoryDisk>();
  world.options.warn_of_foreign_table = false;
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(Count(listener.warnings(), "TABLE_WITHOUT_CHECKPOINT"), 0);
}

}  // namespace
}  // namespace sluice::stream
