// SPDX-License-Identifier: Apache-2.0
#include "doctor/state_check.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "doctor/testing/finding_matchers.h"

namespace sluice::doctor {
namespace {

using checkpoint::Recovery;
using delta::DirectoryState;

const TopicPartition kZero{"dev_topic", PartitionId{0}};
const TopicPartition kOne{"dev_topic", PartitionId{1}};
const Schema kColumns = {{{"id", DataType(TypeKind::kLong)}}};

Recovery Continuing(OffsetMap start) {
  Recovery recovery;
  recovery.kind = Recovery::Kind::kContinue;
  recovery.batch = BatchId{8};
  recovery.start = std::move(start);
  return recovery;
}

// Batch 7 is committed; the next begins at 10 of both partitions.
StateLook Running() {
  StateLook look;
  look.checkpoint_path = "/c";
  look.checkpoint_there = true;
  look.checkpoint->offset_ids = look.checkpoint->commit_ids = {6, 7};
  look.table_path = look.table->path = "/t";
  look.table->state = DirectoryState::kTable;
  look.table->info.version = TableVersion{9};
  look.table->info.schema = kColumns;
  look.table->last_batch = BatchId{7};
  look.recovery = Continuing({{kZero, Offset{10}}, {kOne, Offset{10}}});
  return look;
}

ClusterLook Holding(std::map<TopicPartition, kafka::AvailableRange> ranges) {
  ClusterLook look;
  look.broker.bootstrap = look.broker.advertised = {Listener{.address = "b:9092"}};
  look.ranges = std::move(ranges);
  for (const auto& [partition, range] : look.ranges) look.partitions.insert(partition);
  return look;
}

Finding Offsets(kafka::AvailableRange zero, kafka::AvailableRange one, bool fail = true) {
  return CheckOffsets(Running(), Holding({{kZero, zero}, {kOne, one}}), fail);
}

TEST(CheckpointCheck, TellsTheNewestBatchAndWhoRunsOnIt) {
  StateLook look = Running();
  EXPECT_THAT(CheckCheckpoint(look), IsOk("/c: batch 7 committed"));
  look.holder = 4711;
  EXPECT_THAT(CheckCheckpoint(look), IsOk("process 4711 runs on it"));
  look.checkpoint->offset_ids.push_back(8);
  EXPECT_THAT(CheckCheckpoint(look), IsOk("batch 8 under way"));
}

TEST(CheckpointCheck, ANewQueryHasNone) {
  StateLook look = Running();
  look.checkpoint_there = false;
  EXPECT_THAT(CheckCheckpoint(look), IsOk("not there yet: a new query"));
}

TEST(CheckpointCheck, WhatCannotBeReadWrittenOrRightFails) {
  StateLook look = Running();
  look.checkpoint = Status::Stop("CHECKPOINT.IO", "open /c/metadata: Permission denied");
  EXPECT_THAT(CheckCheckpoint(look), Fails("/c/metadata: Permission denied", "owner and rights"));
  look = Running();
  look.not_writable = "/c: Read-only file system";
  EXPECT_THAT(CheckCheckpoint(look), Fails("Read-only file system", "sink.checkpointLocation"));
  look = Running();
  look.recovery =
      Status::Stop("CHECKPOINT.GAP", "/c/offsets jumps from 3 to 5. Nothing was changed");
  EXPECT_THAT(CheckCheckpoint(look),
              Fails("CHECKPOINT.GAP: /c/offsets jumps", "troubleshooting.md"));
}

TEST(OffsetsCheck, WithinKafkasRangesIsOk) {
  EXPECT_THAT(Offsets({Offset{0}, Offset{10}}, {Offset{0}, Offset{10}}), IsOk("all read"));
  EXPECT_THAT(Offsets({Offset{0}, Offset{30}}, {Offset{10}, Offset{15}}),
              IsOk("25 records to read"));
}

TEST(OffsetsCheck, RetentionThatWasQuickerIsALoss) {
  EXPECT_THAT(
      Offsets({Offset{13}, Offset{30}}, {Offset{10}, Offset{15}}),
      Fails("3 records were deleted before they were read: dev_topic-0 next 10, Kafka has [13, 30)",
            "failOnDataLoss: false"));
  EXPECT_THAT(Offsets({Offset{13}, Offset{30}}, {Offset{10}, Offset{15}}, false),
              Warns("3 records were deleted", "it goes on without"));
}

TEST(OffsetsCheck, AnEndBeforeTheNextOffsetIsATopicMadeAnew) {
  EXPECT_THAT(Offsets({Offset{0}, Offset{4}}, {Offset{0}, Offset{12}}),
              Fails("dev_topic-0 next 10, Kafka has [0, 4)", "made anew"));
}

TEST(OffsetsCheck, PartitionsThatAreGoneOrNew) {
  EXPECT_THAT(CheckOffsets(Running(), Holding({{kZero, {Offset{0}, Offset{10}}}}), true),
              Fails("gone: dev_topic-1", "restore"));
  const TopicPartition two{"dev_topic", PartitionId{2}};
  EXPECT_THAT(CheckOffsets(Running(),
                           Holding({{kZero, {Offset{0}, Offset{10}}},
                                    {kOne, {Offset{0}, Offset{10}}},
                                    {two, {Offset{0}, Offset{5}}}}),
                           true),
              IsOk("1 new partition from the beginning"));
}

TEST(OffsetsCheck, TheCheckpointOfAnotherQueryIsNamed) {
  const TopicPartition other{"other", PartitionId{0}};
  EXPECT_THAT(CheckOffsets(Running(), Holding({{other, {Offset{0}, Offset{10}}}}), true),
              Fails("belongs to another query", "checkpointLocation"));
  ClusterLook missing = Holding({});
  missing.missing_topics = {"other"};
  EXPECT_THAT(CheckOffsets(Running(), missing, true),
              Fails("belongs to another query", "checkpointLocation"));
}

TEST(OffsetsCheck, IsSkippedWithoutWhatItCompares) {
  StateLook look = Running();
  look.checkpoint = Status::Stop("CHECKPOINT.IO", "x");
  EXPECT_THAT(CheckOffsets(look, Holding({{kZero, {}}}), true),
              SkippedFor("checkpoint cannot be read"));
  look = Running();
  look.recovery.reset();
  EXPECT_THAT(CheckOffsets(look, Holding({{kZero, {}}}), true), SkippedFor("table cannot be read"));
  ClusterLook none = Holding({});
  none.missing_topics = {"dev_topic"};
  EXPECT_THAT(CheckOffsets(Running(), none, true), SkippedFor("topic is not there"));
  look = Running();
  look.recovery = Recovery();
  EXPECT_THAT(CheckOffsets(look, Holding({{kZero, {}}}), true), IsOk("new query"));
}

TEST(TableCheck, TellsVersionColumnsAndBatch) {
  EXPECT_THAT(CheckTable(Running(), kColumns, {}),
              IsOk("/t: version 9, 1 column fit, batch 7 of this query is in it"));
}

TEST(TableCheck, ColumnsThatDoNotFitAreListed) {
  EXPECT_THAT(CheckTable(Running(), {{{"id", DataType(TypeKind::kString)}}}, {}),
              Fails("id", "change decode.schema or sql"));
  const Schema more = {{{"id", DataType(TypeKind::kLong)}, {"name", DataType(TypeKind::kString)}}};
  EXPECT_THAT(CheckTable(Running(), more, {}), Fails("name", "mergeSchema"));
  stream::QueryOptions merging;
  merging.merge_schema = true;
  EXPECT_THAT(CheckTable(Running(), more, merging), IsOk("1 to be added"));
}

TEST(TableCheck, WhatIsNoTableOrCannotBeReadFails) {
  StateLook look = Running();
  look.table->state = DirectoryState::kForeign;
  EXPECT_THAT(CheckTable(look, kColumns, {}), Fails("no Delta log", "sink.path"));
  look.table =
      Status::Stop("NOT_WRITABLE", "cannot look at the table /t: Permission denied. Nothing was");
  EXPECT_THAT(CheckTable(look, kColumns, {}), Fails("Permission denied", "chown"));
  look.table = Status::Stop("TABLE_LOG.UNREADABLE", "version 3 is no JSON");
  EXPECT_THAT(CheckTable(look, kColumns, {}),
              Fails("version 3", "restore the files of _delta_log"));
}

TEST(TableCheck, FeaturesThatCannotBeKeptAreNamed) {
  StateLook look = Running();
  look.table->appendable = Status::Stop(
      "UNSUPPORTED_FEATURE", "table /t uses:\n  - CHECK constraint\nNothing was written.");
  EXPECT_THAT(CheckTable(look, kColumns, {}), Fails("CHECK constraint", "drop these"));
}

TEST(TableCheck, RightsAndPropertiesAreTold) {
  StateLook look = Running();
  look.table_not_writable = "/t/_delta_log: Permission denied";
  EXPECT_THAT(CheckTable(look, kColumns, {}), Fails("/t/_delta_log", "chown"));
  look = Running();
  look.table->warnings = {"the table forgets transactions after 1 day"};
  EXPECT_THAT(CheckTable(look, kColumns, {}), Warns("forgets transactions", "unset"));
}

TEST(TableCheck, ATableThatTheCheckpointDoesNotKnowIsNamed) {
  StateLook look = Running();
  look.recovery =
      Status::Stop("CHECKPOINT.TABLE_AHEAD", "the table /t holds batch 9. Nothing was changed");
  EXPECT_THAT(CheckTable(look, kColumns, {}),
              Fails("CHECKPOINT.TABLE_AHEAD: the table /t", "troubleshooting"));
  EXPECT_THAT(CheckCheckpoint(look), IsOk("batch 7"));
  look.recovery = Recovery();
  EXPECT_THAT(CheckTable(look, kColumns, {}), Warns("would come twice", "restore"));
}

TEST(TableCheck, ATableToBeMadeNeedsAParentThatCanBeWritten) {
  StateLook look = Running();
  look.recovery = Recovery();
  look.table->state = DirectoryState::kAbsent;
  look.table->path = std::filesystem::temp_directory_path() / "not-yet";
  EXPECT_THAT(CheckTable(look, kColumns, {}), IsOk("the first batch makes it"));
  look.table_not_writable = "/tmp: Permission denied";
  EXPECT_THAT(CheckTable(look, kColumns, {}), Fails("cannot be made", "chown"));
  look.table->path = "/no/such/parent/table";
  EXPECT_THAT(CheckTable(look, kColumns, {}),
              Fails("nor is its parent", "mkdir -p '/no/such/parent'"));
  look.checkpoint_path = "/no/such/_checkpoints/query";
  EXPECT_THAT(CheckTable(look, kColumns, {}), Fails("nor is its parent", "mkdir -p"));
}

// The start makes the checkpoint before the table: data/_checkpoints/q and so data/, in a folder without it.
TEST(TableCheck, AParentThatComesWithTheCheckpointIsNotMissed) {
  StateLook look = Running();
  look.recovery = Recovery();
  look.table->state = DirectoryState::kAbsent;
  look.table->path = (std::filesystem::current_path() / "no-such-data" / "table").string();
  look.checkpoint_path = "no-such-data/_checkpoints/query";
  EXPECT_THAT(CheckTable(look, kColumns, {}), IsOk("the first batch makes it"));
}

}  // namespace
}  // namespace sluice::doctor
