// SPDX-License-Identifier: Apache-2.0
//
// A query and what it finds: the checkpoint and the table of an earlier run, or of another query.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

#include "checkpoint/log_format.h"
#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

using namespace std::chrono_literals;

// Another engine, which does not know our lock.
TEST(Query, ASecondWriterOfTheSameQueryIsFenced) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  const std::string id = world.table->commits()[0].app_id;
  world.Produce(10);
  std::atomic<bool> done = false;
  world.files->set_fault([&](const std::string& operation) {
    if (operation == "finish" && !done.exchange(true)) world.table->CommitElsewhere(id, BatchId{1});
    return Status::Ok();
  });
  EXPECT_EQ(world.Drain().code(), "FENCED");
}

TEST(Query, AForeignOffsetsFileStopsIt) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  world.Produce(10);
  std::atomic<bool> done = false;
  world.broker->set_fault([&](const std::string& operation) {
    if (operation == "complete" && !done.exchange(true)) world.disk->Put("offsets/1", "foreign");
    return Status::Ok();
  });
  EXPECT_EQ(world.Drain().code(), "CHECKPOINT.FILE_EXISTS");
  EXPECT_EQ(world.RowsInTable(), 10);
}

TEST(Query, RunsTheRecordedBatchAgainWithItsTimestamp) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  world.Produce(10);
  world.disk->set_fault([](const std::string& operation) {
    return operation == "create commits/1" ? Status::Stop("CRASHED", "") : Status::Ok();
  });
  world.table->FailNext(Status::Stop("CRASHED", ""));
  EXPECT_EQ(world.Drain().code(), "CRASHED");
  world.disk->set_fault(nullptr);
  const auto recorded = checkpoint::ParseOffsetLog(world.disk->files().at("offsets/1"), "");
  world.Produce(10);
  world.clock.Advance(1h);
  world.options.limits.max_offsets_per_trigger = 1;
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(listener.progress()[0].records, 10) << "the recorded range, whatever the limit";
  const auto commits = world.table->commits();
  ASSERT_GT(commits.size(), 1u);
  for (const DataFile& file : commits[1].files) {
    for (const MemoryRow& row : world.files->Rows(file.path)) {
      EXPECT_EQ(row.batch_timestamp_ms, recorded->batch_timestamp_ms);
    }
  }
  EXPECT_EQ(world.Mistakes(), "");
}

TEST(Query, ABatchThatTheTableHasIsFinishedWithoutKafka) {
  MemoryWorld world;
  world.Produce(10);
  world.disk->set_fault([](const std::string& operation) {
    return operation == "create commits/0" ? Status::Stop("CRASHED", "") : Status::Ok();
  });
  EXPECT_EQ(world.Drain().code(), "CRASHED");
  world.disk->set_fault(nullptr);
  world.options.trigger.kind = Trigger::Kind::kOnce;
  const int reads = world.broker->calls("read") + world.broker->calls("latest");
  RecordingListener listener;
  ASSERT_TRUE(world.NewQuery(listener)->Run({}).ok());
  EXPECT_EQ(world.broker->calls("read") + world.broker->calls("latest"), reads);
  EXPECT_TRUE(world.disk->files().contains("commits/0"));
  ASSERT_EQ(listener.progress().size(), 1u);
  EXPECT_TRUE(listener.progress()[0].skipped);
  EXPECT_EQ(listener.progress()[0].records, 0);
  EXPECT_EQ(world.Mistakes(), "");
}

TEST(Query, RefusesTheCheckpointOfAnotherQuery) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  for (int p = 0; p < 4; ++p) world.broker->RemovePartition(world.Partition(p));
  world.broker->AddPartition({"other_topic", PartitionId{0}});
  const Status status = world.Drain();
  ASSERT_EQ(status.code(), "CHECKPOINT.OF_ANOTHER_QUERY");
  EXPECT_NE(status.message().find("other_topic"), std::string::npos) << status.message();
}

// A topic that Kafka does not have is waited for, but not with a checkpoint of others.
TEST(Query, RefusesTheCheckpointOfAnotherQueryWithoutItsTopic) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  world.options.topics = {"missing_topic"};
  const int asked = world.broker->calls("latest");
  const Status status = world.Drain();
  ASSERT_EQ(status.code(), "CHECKPOINT.OF_ANOTHER_QUERY");
  EXPECT_NE(status.message().find("missing_topic"), std::string::npos) << status.message();
  EXPECT_EQ(world.broker->calls("latest"), asked);
  world.options.topics = {"missing_topic", "topic"};
  EXPECT_TRUE(world.Drain().ok());
}

// Also where no batch was logged yet.
TEST(Query, RefusesTheCheckpointOfAnotherQueryThatFoundNothing) {
  MemoryWorld world;
  ASSERT_TRUE(world.Drain().ok());
  ASSERT_TRUE(world.disk->files().contains("sources/0/0"));
  world.options.topics = {"other_topic"};
  EXPECT_EQ(world.Drain().code(), "CHECKPOINT.OF_ANOTHER_QUERY");
}

// Also where a batch only lacks its commits/N: nothing is written before the topics are compared.
TEST(Query, LeavesTheOpenBatchOfAnotherQueryAsItIs) {
  MemoryWorld world;
  world.Produce(10);
  world.disk->set_fault([](const std::string& operation) {
    return operation == "create commits/0" ? Status::Stop("CRASHED", "") : Status::Ok();
  });
  EXPECT_EQ(world.Drain().code(), "CRASHED");
  world.disk->set_fault(nullptr);
  for (int p = 0; p < 4; ++p) world.broker->RemovePartition(world.Partition(p));
  world.broker->AddPartition({"other_topic", PartitionId{0}});
  const auto files = world.disk->files();
  EXPECT_EQ(world.Drain().code(), "CHECKPOINT.OF_ANOTHER_QUERY");
  EXPECT_EQ(world.disk->files(), files);
}

TEST(Query, RefusesACheckpointWithoutItsTable) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  world.table = nullptr;
  EXPECT_EQ(world.Drain().code(), "CHECKPOINT.WITHOUT_TABLE");
  EXPECT_EQ(world.table, nullptr) << "nothing is made in its place";
}

TEST(Query, WarnsOfATableWithoutItsCheckpoint) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  world.disk = std::make_shared<checkpoint::MemoryDisk>();
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_THAT(listener.warnings(), testing::Contains("TABLE_WITHOUT_CHECKPOINT"));
}

TEST(Query, RefusesLogsThatWereReset) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  for (const char* file : {"offsets/0", "commits/0", "sources/0/0"}) world.disk->Erase(file);
  EXPECT_EQ(world.Drain().code(), "CHECKPOINT.TABLE_AHEAD");
}

TEST(Query, RefusesColumnsThatDisagreeBeforeTheFirstBatch) {
  MemoryWorld world;
  world.Produce(10);
  world.table = std::make_shared<delta::MemoryLog>(
      Schema{{{"offset", DataType(TypeKind::kString), true}}}, std::vector<std::string>());
  EXPECT_EQ(world.Drain().code(), "SCHEMA_MISMATCH");
  EXPECT_FALSE(world.disk->files().contains("metadata")) << "nothing is written before all is well";
}

}  // namespace
}  // namespace sluice::stream
