// SPDX-License-Identifier: Apache-2.0
#include "stream/start_up.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "checkpoint/log_format.h"
#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

using checkpoint::ScalaVersion;
using ::testing::HasSubstr;
using Strings = std::vector<std::string>;

OffsetMap At(int64_t offset) { return {{{"topic", PartitionId{0}}, Offset{offset}}}; }

TEST(StartUp, ATableOfVersionZeroIsNobodysYet) {
  MemoryWorld world;
  world.table = std::make_shared<delta::MemoryLog>(MemorySchema());
  world.Produce(10);
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(listener.warnings(), Strings{});
  EXPECT_EQ(world.Mistakes(), "");
}

TEST(StartUp, ASecondQueryMayShareTheTableAfterAWarning) {
  MemoryWorld world;
  world.table = std::make_shared<delta::MemoryLog>(MemorySchema());
  world.table->CommitElsewhere("6d656d6f-7279-4000-8000-000000000001", BatchId{11});
  world.Produce(10);
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(listener.warnings(), Strings{"TABLE_WITHOUT_CHECKPOINT"});
  EXPECT_EQ(world.RowsInTable(), 10);
  RecordingListener again;
  ASSERT_TRUE(world.Drain(again).ok());
  EXPECT_EQ(again.warnings(), Strings{}) << "its checkpoint knows the table now";
}

TEST(StartUp, ANewCheckpointIsWrittenInTheOrderThatWasAskedFor) {
  for (const auto& [scala, text] :
       {std::pair("2.12", R"({"2":0,"1":0,"0":0})"), std::pair("2.13", R"({"0":0,"1":0,"2":0})")}) {
    MemoryWorld world(3);
    world.options.scala = scala;
    ASSERT_TRUE(world.Drain().ok());
    EXPECT_THAT(world.disk->files().at("sources/0/0"), HasSubstr(text)) << scala;
  }
}

TEST(StartUp, WhatACrashLeftInANewCheckpointIsRemoved) {
  MemoryWorld world;
  world.disk->Put("offsets/.0.6d656d6f-7279-4000-8000-000000000000.tmp", "v1");
  ASSERT_TRUE(world.Drain().ok());
  EXPECT_FALSE(world.disk->files().contains("offsets/.0.6d656d6f-7279-4000-8000-000000000000.tmp"));
}

TEST(StartUp, ACrashAfterMetadataKeepsTheQuerysId) {
  MemoryWorld world;
  world.Produce(10);
  world.disk->set_late_fault([](const std::string& operation) {
    return operation == "create metadata" ? Status::Stop("CRASHED", "") : Status::Ok();
  });
  EXPECT_EQ(world.Drain().code(), "CRASHED");
  world.disk->set_late_fault(nullptr);
  const std::string metadata = world.disk->files().at("metadata");
  ASSERT_TRUE(world.Drain().ok());
  EXPECT_EQ(checkpoint::ParseMetadata(metadata, "").value(), world.table->commits()[0].app_id);
  EXPECT_EQ(world.Mistakes(), "");
}

// OpenQuery() on its own, with tables that do as the test says.
class OpenQueryTest : public testing::Test {
 protected:
  OpenQueryTest() {
    parts_.create_table = [this](const std::string&, const delta::CreateRequest& request) {
      ++created_;
      table_ = std::make_shared<delta::MemoryLog>(request.schema, request.partition_columns);
      return Result<std::unique_ptr<delta::Table>>(std::make_unique<delta::MemoryTable>(table_));
    };
  }
  // The first `failures` openings fail with `status`, then there is no table.
  void OpeningsFail(int failures, const Status& status) {
    parts_.open_table = [this, failures, status](const std::string&) {
      const Status none = Status::Stop("NO_TABLE", "there is no table");
      return Result<std::unique_ptr<delta::Table>>(opened_++ < failures ? status : none);
    };
  }
  Result<Opened> Open() {
    return OpenQuery(options_, parts_, MemorySchema(),
                     std::make_shared<checkpoint::MemoryStorage>(disk_), patience_, {});
  }

  std::shared_ptr<checkpoint::MemoryDisk> disk_ = std::make_shared<checkpoint::MemoryDisk>();
  std::shared_ptr<delta::MemoryLog> table_;
  QueryOptions options_;
  QueryParts parts_;
  RecordingListener listener_;
  ListenerGate gate_{listener_};
  ManualClock clock_{0, ManualClock::Sleep::kJump};
  Patience patience_{kDriver, gate_, clock_, Backoff(1)};
  int opened_ = 0;
  int created_ = 0;
};

TEST_F(OpenQueryTest, MakesTheTableFromTheQuerysColumns) {
  options_.partition_by = {"partition"};
  OpeningsFail(0, Status::Ok());
  const auto opened = Open();
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->recovery.kind, checkpoint::Recovery::Kind::kBegin);
  EXPECT_EQ(opened->table->info().schema.fields.size(), MemorySchema().fields.size());
  EXPECT_EQ(opened->table->info().partition_columns, Strings{"partition"});
  EXPECT_TRUE(disk_->files().empty()) << "the checkpoint is BeginQuery's to write";
}

TEST_F(OpenQueryTest, WaitsForATableThatCannotBeReadNow) {
  OpeningsFail(3, Status::Retry("STORAGE", "the disk does not answer"));
  EXPECT_TRUE(Open().ok());
  EXPECT_EQ(opened_, 4);
  EXPECT_EQ(created_, 1);
  EXPECT_EQ(listener_.states(), (Strings{"waiting STORAGE", "starting"}));
}

TEST_F(OpenQueryTest, MakesNoTableWhereSomethingElseIs) {
  OpeningsFail(1, Status::Stop("NOT_A_TABLE", "files, but no log"));
  EXPECT_EQ(Open().status().code(), "NOT_A_TABLE");
  EXPECT_EQ(created_, 0);
  EXPECT_TRUE(disk_->files().empty());
}

TEST_F(OpenQueryTest, HoldsTheCheckpointAsLongAsItIsOpen) {
  OpeningsFail(0, Status::Ok());
  {
    const auto first = Open();
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(Open().status().code(), "CHECKPOINT.IN_USE");
  }
  EXPECT_TRUE(Open().ok());
}

TEST_F(OpenQueryTest, BeginQueryWaitsForTheTopicAndRecordsItsStart) {
  const auto broker = std::make_shared<MemoryBroker>();
  broker->AddPartition({"topic", PartitionId{0}}, 42);
  int failures = 2;
  broker->set_fault([&](const std::string&) {
    return failures-- > 0 ? Status::Retry("TOPIC_MISSING", "no topic") : Status::Ok();
  });
  MemorySource source(broker);
  OpeningsFail(0, Status::Ok());
  auto opened = Open();
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE(BeginQuery(*opened, source, patience_, {}).ok());
  EXPECT_EQ(opened->recovery.start, At(42));
  EXPECT_EQ(disk_->files().at("metadata"),
            checkpoint::FormatMetadata(opened->checkpoint->query_id()));
  EXPECT_EQ(disk_->files().at("sources/0/0"),
            checkpoint::FormatInitialOffsets(At(42), ScalaVersion::k212));
  EXPECT_EQ(listener_.states(), (Strings{"waiting TOPIC_MISSING", "starting"}));
}

OffsetMap Offsets(const Strings& topics) {
  OffsetMap offsets;
  for (const std::string& topic : topics) offsets[{topic, PartitionId{0}}] = Offset{0};
  return offsets;
}

TEST(CheckSameTopics, OneSharedTopicIsEnough) {
  EXPECT_TRUE(CheckSameTopics("/ckpt", Offsets({"a", "b"}), {"b", "c"}).ok());
  EXPECT_TRUE(CheckSameTopics("/ckpt", {}, {"a"}).ok()) << "nothing is recorded yet";
}

TEST(CheckSameTopics, RefusesOtherTopicsAndNamesBoth) {
  const Status status = CheckSameTopics("/ckpt", Offsets({"a", "b"}), {"c", "d"});
  ASSERT_EQ(status.code(), "CHECKPOINT.OF_ANOTHER_QUERY");
  EXPECT_THAT(status.message(), HasSubstr("/ckpt has offsets of the topics a, b, "));
  EXPECT_THAT(status.message(), HasSubstr("subscribes to c, d:"));
  EXPECT_TRUE(CheckSameTopics("/ckpt", Offsets({"a"}), {}).ok()) << "a deleted topic is data loss";
}

}  // namespace
}  // namespace sluice::stream
