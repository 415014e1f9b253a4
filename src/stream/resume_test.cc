// SPDX-License-Identifier: Apache-2.0
//
// Spark's resume table (spark-contract 1.4) and the traps around it, run through a whole query.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "checkpoint/log_format.h"
#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

using checkpoint::ScalaVersion;
using Strings = std::vector<std::string>;

constexpr char kQueryId[] = "b3f0c9c2-6a0e-4c4e-9a3e-0d2b4f1c7a55";

OffsetMap At(int64_t offset) { return {{{"topic", PartitionId{0}}, Offset{offset}}}; }

std::string OffsetsFile(int64_t batch, const OffsetMap& end) {
  checkpoint::OffsetLogEntry entry;
  entry.batch_timestamp_ms = 1000 + batch;
  entry.offsets = end;
  return FormatOffsetLog(entry, ScalaVersion::k212);
}

std::string Name(const char* log, int64_t batch) { return log + std::to_string(batch); }

class ResumeTest : public testing::Test {
 protected:
  // What an earlier run left of a topic with one partition, batch N its records [10N, 10N + 10):
  // offsets/0..logged, commits/0..committed, and in the table the batches 0..in_table (-1: none).
  // Five more records came since.
  void Leave(int64_t logged, int64_t committed, int64_t in_table) {
    world_.disk->Put("metadata", checkpoint::FormatMetadata(kQueryId));
    world_.disk->Put("sources/0/0", checkpoint::FormatInitialOffsets(At(0), ScalaVersion::k212));
    for (int64_t n = 0; n <= logged; ++n) {
      world_.disk->Put(Name("offsets/", n), OffsetsFile(n, At(10 * (n + 1))));
    }
    for (int64_t n = 0; n <= committed; ++n) {
      world_.disk->Put(Name("commits/", n), checkpoint::FormatCommitLog(0));
    }
    world_.table = std::make_shared<delta::MemoryLog>(MemorySchema());
    for (int64_t n = 0; n <= in_table; ++n) world_.table->CommitElsewhere(kQueryId, BatchId{n});
    world_.Produce(static_cast<int>(10 * (logged + 1) + 5));
  }

  // Runs to the end of the topic; "5: [50, 60)" for each batch that it reported.
  Strings Story(Trigger::Kind kind = Trigger::Kind::kAvailableNow) {
    RecordingListener listener;
    world_.options.trigger.kind = kind;
    EXPECT_EQ(world_.NewQuery(listener)->Run({}).ToString(), "OK");
    Strings story;
    for (const Progress& batch : listener.progress()) {
      std::string text = std::to_string(batch.batch.value) + ":";
      for (const OffsetRange& range : RangesBetween(batch.source.start, batch.source.end)) {
        text += " " + range.ToString().substr(range.ToString().find('['));
      }
      story.push_back(text + (batch.skipped ? " was written" : ""));
    }
    return story;
  }

  // The code with which a run refuses; "CHANGED" if it left a trace.
  std::string Refusal() {
    const auto files = world_.disk->files();
    const size_t versions = world_.table ? world_.table->commits().size() : 0;
    const Status status = world_.Drain();
    if (world_.disk->files() != files) return "CHANGED the checkpoint";
    if ((world_.table ? world_.table->commits().size() : 0) != versions) return "CHANGED the table";
    return status.ok() ? "OK" : status.code();
  }

  MemoryWorld world_{1};
};

TEST_F(ResumeTest, NothingLoggedBeginsAtTheRecordedStart) {
  Leave(-1, -1, -1);
  world_.disk->Put("sources/0/0", checkpoint::FormatInitialOffsets(At(2), ScalaVersion::k212));
  EXPECT_EQ(Story(), Strings{"0: [2, 5)"});
  EXPECT_EQ(world_.broker->calls("starting"), 0) << "startingOffsets counts for new queries only";
  EXPECT_EQ(world_.table->commits().back().app_id, kQueryId);
}

TEST_F(ResumeTest, ACommittedBatchIsFollowedByTheNext) {
  Leave(5, 5, 5);
  EXPECT_EQ(Story(), Strings{"6: [60, 65)"});
}

TEST_F(ResumeTest, AnOpenBatchRunsAgain) {
  Leave(5, 4, 4);
  EXPECT_EQ(Story(), (Strings{"5: [50, 60)", "6: [60, 65)"}));
}

TEST_F(ResumeTest, AnOpenBatchThatTheTableHasIsNotWrittenTwice) {
  Leave(5, 4, 5);
  EXPECT_EQ(Story(), (Strings{"5: [50, 60) was written", "6: [60, 65)"}));
  EXPECT_EQ(world_.table->commits().size(), 7u);
  EXPECT_TRUE(world_.disk->files().contains("commits/5"));
}

TEST_F(ResumeTest, TheFirstBatchRunsAgainFromTheRecordedStart) {
  Leave(0, -1, -1);
  world_.disk->Put("sources/0/0", checkpoint::FormatInitialOffsets(At(3), ScalaVersion::k212));
  EXPECT_EQ(Story(), (Strings{"0: [3, 10)", "1: [10, 15)"}));
}

TEST_F(ResumeTest, TheFirstBatchRunsAgainWithoutATableToo) {
  Leave(0, -1, -1);
  world_.table = nullptr;
  EXPECT_EQ(Story(), (Strings{"0: [0, 10)", "1: [10, 15)"}));
  EXPECT_EQ(world_.table->commits().size(), 2u);
}

TEST_F(ResumeTest, OnceRunsTheOpenBatchOnly) {
  Leave(5, 4, 4);
  EXPECT_EQ(Story(Trigger::Kind::kOnce), Strings{"5: [50, 60)"});
  EXPECT_EQ(Story(Trigger::Kind::kOnce), Strings{"6: [60, 65)"});
}

TEST_F(ResumeTest, APartitionNewInTheOpenBatchBeginsAtItsEarliestOffset) {
  Leave(5, 4, 4);
  world_.broker->AddPartition(world_.Partition(1), 100);
  for (int i = 0; i < 5; ++i) world_.broker->Append(world_.Partition(1), "{}");
  OffsetMap end = At(60);
  end[world_.Partition(1)] = Offset{103};
  world_.disk->Put("offsets/5", OffsetsFile(5, end));
  EXPECT_EQ(Story(), (Strings{"5: [50, 60) [100, 103)", "6: [60, 65) [103, 105)"}));
}

TEST_F(ResumeTest, TheSourceIsToldWhichTopicsTheNewestBatchIsOf) {
  using TopicIds = std::map<std::string, std::string>;
  Leave(5, 5, 5);
  world_.broker->topic_ids = {{"topic", "first"}};
  EXPECT_EQ(Story(), Strings{"6: [60, 65)"});
  EXPECT_TRUE(world_.broker->remembered_ids.empty());
  world_.broker->topic_ids = {{"topic", "second"}};
  world_.Produce(5);
  EXPECT_EQ(Story(), Strings{"7: [65, 70)"});
  EXPECT_EQ(world_.broker->remembered_ids, (TopicIds{{"topic", "first"}}));
  EXPECT_EQ(world_.table->commits().back().origin.topic_ids, world_.broker->topic_ids);
  // A batch that runs again is of the topics of the batch before, and names its own.
  world_.disk->Erase("commits/7");
  world_.Produce(5);
  EXPECT_EQ(Story(), (Strings{"7: [65, 70) was written", "8: [70, 75)"}));
  EXPECT_EQ(world_.broker->remembered_ids, (TopicIds{{"topic", "second"}}));
}

TEST_F(ResumeTest, RefusesMoreThanOneOpenBatch) {
  Leave(5, 3, 3);
  EXPECT_EQ(Refusal(), "CHECKPOINT.COMMITS_BEHIND");
  world_.table->CommitElsewhere(kQueryId, BatchId{5});
  EXPECT_EQ(Refusal(), "CHECKPOINT.COMMITS_BEHIND") << "though the table has them";
}

TEST_F(ResumeTest, RefusesCommitsWithoutOffsets) {
  Leave(4, 5, 5);
  EXPECT_EQ(Refusal(), "CHECKPOINT.COMMITS_AHEAD");
}

TEST_F(ResumeTest, RefusesWhenTheBatchBeforeIsMissingThoughAllIsCommitted) {
  Leave(5, 5, 5);
  for (int n = 0; n < 5; ++n) world_.disk->Erase(Name("offsets/", n));
  EXPECT_EQ(Refusal(), "CHECKPOINT.PREVIOUS_OFFSETS_MISSING");
}

TEST_F(ResumeTest, RefusesAFirstBatchWithoutItsStart) {
  Leave(0, -1, -1);
  world_.disk->Erase("sources/0/0");
  EXPECT_EQ(Refusal(), "CHECKPOINT.INITIAL_OFFSETS_MISSING");
}

TEST_F(ResumeTest, RefusesLogsWithoutTheQuerysId) {
  Leave(5, 5, 5);
  world_.disk->Erase("metadata");
  EXPECT_EQ(Refusal(), "CHECKPOINT.NO_METADATA");
}

TEST_F(ResumeTest, RefusesTheStateOfAStatefulQuery) {
  Leave(5, 5, 5);
  world_.disk->Put("state/0/0/1.delta", "");
  EXPECT_EQ(Refusal(), "CHECKPOINT.STATEFUL");
}

// The worst trap: Spark counts from 0 again, the table's transactions say that those batches are
// there, and their records are skipped without a word.
TEST_F(ResumeTest, RefusesACheckpointThatWasResetUnderItsTable) {
  Leave(-1, -1, 11);
  EXPECT_EQ(Refusal(), "CHECKPOINT.TABLE_AHEAD") << "logs deleted, metadata kept";
  world_.disk->Erase("sources/0/0");
  EXPECT_EQ(Refusal(), "CHECKPOINT.TABLE_AHEAD") << "sources too";
}

// Both copies planned batch 6, one of them later; only one of the two is in the table.
TEST_F(ResumeTest, RefusesACopyWhoseOpenBatchIsNotTheTables) {
  Leave(5, 5, 5);
  EXPECT_EQ(Story(), Strings{"6: [60, 65)"});
  EXPECT_EQ(world_.table->commits().back().origin.end_offsets, R"({"topic":{"0":65}})");
  world_.disk->Erase("commits/6");
  world_.disk->Put("offsets/6", OffsetsFile(6, At(63)));
  EXPECT_EQ(Refusal(), "CHECKPOINT.OF_ANOTHER_COPY");
  world_.disk->Put("offsets/6", OffsetsFile(6, At(65)));
  EXPECT_EQ(Story(), Strings{"6: [60, 65) was written"});
}

TEST_F(ResumeTest, RefusesAnOlderCopyOfTheCheckpoint) {
  Leave(3, 3, 4);
  EXPECT_EQ(Refusal(), "CHECKPOINT.TABLE_AHEAD") << "it would plan batch 4 with other records";
  world_.disk->Erase("commits/3");
  EXPECT_EQ(Refusal(), "CHECKPOINT.TABLE_AHEAD");
}

TEST_F(ResumeTest, RefusesATableThatForgotTheQuery) {
  Leave(3, 3, 2);
  EXPECT_EQ(Refusal(), "CHECKPOINT.OF_ANOTHER_TABLE") << "restored to an older version";
  world_.table = std::make_shared<delta::MemoryLog>(MemorySchema());
  EXPECT_EQ(Refusal(), "CHECKPOINT.OF_ANOTHER_TABLE") << "made anew";
}

TEST_F(ResumeTest, CarriesWatermarkAndSettingsOn) {
  Leave(0, 0, 0);
  checkpoint::OffsetLogEntry entry;
  entry.batch_watermark_ms = 7;
  entry.conf_json = R"({"spark.sql.shuffle.partitions":"12"})";
  entry.offsets = At(10);
  world_.disk->Put("offsets/0", FormatOffsetLog(entry, ScalaVersion::k212));
  world_.disk->Put("commits/0", checkpoint::FormatCommitLog(9));
  EXPECT_EQ(Story(), Strings{"1: [10, 15)"});
  const auto next = checkpoint::ParseOffsetLog(world_.disk->files().at("offsets/1"), "");
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(next->conf_json, entry.conf_json);
  EXPECT_EQ(next->batch_watermark_ms, 9) << "the greater of both";
  EXPECT_EQ(world_.disk->files().at("commits/1"), checkpoint::FormatCommitLog(9));
}

}  // namespace
}  // namespace sluice::stream
