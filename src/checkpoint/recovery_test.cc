// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/recovery.h"

#include <gtest/gtest.h>

#include <numeric>
#include <optional>
#include <string>

namespace sluice::checkpoint {
namespace {

using Kind = Recovery::Kind;

const OffsetMap kInitial = {{{"t", PartitionId{0}}, Offset{0}}};

OffsetLogEntry Entry(int64_t batch) {
  OffsetLogEntry entry;
  entry.batch_timestamp_ms = 1000 + batch;
  entry.offsets = {{{"t", PartitionId{0}}, Offset{10 * (batch + 1)}}};
  return entry;
}

std::vector<int64_t> Ids(int64_t first, int64_t last) {
  std::vector<int64_t> ids(static_cast<size_t>(std::max<int64_t>(last - first + 1, 0)));
  std::iota(ids.begin(), ids.end(), first);
  return ids;
}

// A checkpoint with offsets 0..offsets and commits 0..commits (-1: none).
CheckpointState State(int64_t offsets, int64_t commits) {
  CheckpointState state;
  state.path = "/ckpt";
  state.query_id = "b3f0c9c2-6a0e-4c4e-9a3e-0d2b4f1c7a55";
  state.initial_offsets = kInitial;
  state.offset_ids = Ids(0, offsets);
  state.commit_ids = Ids(0, commits);
  if (offsets >= 0) state.newest = Entry(offsets);
  if (offsets >= 1) state.previous = Entry(offsets - 1);
  return state;
}

TableFacts Table(std::optional<int64_t> last) {
  TableFacts facts{"/table", true, std::nullopt, ""};
  if (last) facts.last_batch = BatchId{*last};
  return facts;
}

const TableFacts kNoTable{"/table", false, std::nullopt, ""};

std::string CodeOf(const CheckpointState& state, const TableFacts& table) {
  const auto recovery = Decide(state, table);
  return recovery.ok() ? "OK" : recovery.status().code();
}

TEST(Recovery, ANewCheckpointBegins) {
  CheckpointState state;
  state.path = "/ckpt";
  const auto recovery = Decide(state, kNoTable);
  ASSERT_TRUE(recovery.ok());
  EXPECT_EQ(recovery->kind, Kind::kBegin);
  EXPECT_EQ(recovery->batch, BatchId{0});
  EXPECT_FALSE(recovery->start.has_value());
  EXPECT_EQ(recovery->conf_json, kSpark35Conf);
}

TEST(Recovery, WithoutBatchesTheRecordedInitialOffsetsCount) {
  const auto recovery = Decide(State(-1, -1), Table(std::nullopt));
  ASSERT_TRUE(recovery.ok());
  EXPECT_EQ(recovery->kind, Kind::kBegin);
  EXPECT_EQ(recovery->start, kInitial);
}

TEST(Recovery, ACommittedBatchIsFollowedByTheNext) {
  CheckpointState state = State(5, 5);
  state.newest->batch_watermark_ms = 7;
  state.newest_commit_watermark_ms = 9;
  const auto recovery = Decide(state, Table(5));
  ASSERT_TRUE(recovery.ok());
  EXPECT_EQ(recovery->kind, Kind::kContinue);
  EXPECT_EQ(recovery->batch, BatchId{6});
  EXPECT_EQ(recovery->start, Entry(5).offsets);
  EXPECT_EQ(recovery->watermark_ms, 9);
}

TEST(Recovery, AnUncommittedBatchRunsAgainWithItsRecordedRangeAndTime) {
  const auto recovery = Decide(State(5, 4), Table(4));
  ASSERT_TRUE(recovery.ok());
  EXPECT_EQ(recovery->kind, Kind::kRerun);
  EXPECT_EQ(recovery->batch, BatchId{5});
  EXPECT_EQ(recovery->start, Entry(4).offsets);
  EXPECT_EQ(recovery->end, Entry(5).offsets);
  EXPECT_EQ(recovery->batch_timestamp_ms, 1005);
}

TEST(Recovery, ABatchThatTheTableHasIsOnlyFinished) {
  const auto recovery = Decide(State(5, 4), Table(5));
  ASSERT_TRUE(recovery.ok());
  EXPECT_EQ(recovery->kind, Kind::kFinish);
  EXPECT_EQ(recovery->batch, BatchId{5});
  EXPECT_EQ(recovery->end, Entry(5).offsets);
}

TEST(Recovery, TheFirstBatchRunsAgainFromTheInitialOffsets) {
  const auto recovery = Decide(State(0, -1), kNoTable);
  ASSERT_TRUE(recovery.ok());
  EXPECT_EQ(recovery->kind, Kind::kRerun);
  EXPECT_EQ(recovery->start, kInitial);
  EXPECT_EQ(Decide(State(0, -1), Table(0))->kind, Kind::kFinish);
}

TEST(Recovery, OldBatchesMayBeGone) {
  CheckpointState state = State(250, 249);
  state.offset_ids = Ids(150, 250);
  state.commit_ids = Ids(150, 249);
  EXPECT_EQ(CodeOf(state, Table(249)), "OK");
}

TEST(Recovery, RefusesAStatefulQuery) {
  CheckpointState state = State(1, 1);
  state.state_files = {"0"};
  EXPECT_EQ(CodeOf(state, Table(1)), "CHECKPOINT.STATEFUL");
}

TEST(Recovery, RefusesLogsWithoutMetadata) {
  CheckpointState state = State(1, 1);
  state.query_id.clear();
  EXPECT_EQ(CodeOf(state, Table(1)), "CHECKPOINT.NO_METADATA");
}

TEST(Recovery, RefusesGaps) {
  CheckpointState state = State(9, 9);
  state.offset_ids = {0, 1, 2, 8, 9};
  const auto refused = Decide(state, Table(9));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), "CHECKPOINT.GAP");
  EXPECT_NE(refused.status().message().find("/ckpt/offsets jumps from 2 to 8"), std::string::npos);
  state = State(9, 9);
  state.commit_ids = {5, 7, 8, 9};
  EXPECT_EQ(CodeOf(state, Table(9)), "CHECKPOINT.GAP");
}

TEST(Recovery, RefusesAMissingPreviousBatch) {
  CheckpointState state = State(9, 9);
  state.offset_ids = {9};
  state.previous.reset();
  EXPECT_EQ(CodeOf(state, Table(9)), "CHECKPOINT.PREVIOUS_OFFSETS_MISSING");
}

TEST(Recovery, RefusesCommitsAheadOfOffsets) {
  EXPECT_EQ(CodeOf(State(4, 5), Table(5)), "CHECKPOINT.COMMITS_AHEAD");
  EXPECT_EQ(CodeOf(State(-1, 5), Table(5)), "CHECKPOINT.COMMITS_AHEAD");
}

TEST(Recovery, RefusesCommitsFarBehind) {
  EXPECT_EQ(CodeOf(State(5, 3), Table(5)), "CHECKPOINT.COMMITS_BEHIND");
  EXPECT_EQ(CodeOf(State(5, -1), Table(5)), "CHECKPOINT.COMMITS_BEHIND");
}

// Spark skips every batch up to the table's without a word: the worst trap of all.
TEST(Recovery, RefusesACheckpointThatWasReset) {
  const auto refused = Decide(State(-1, -1), Table(11));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), "CHECKPOINT.TABLE_AHEAD");
  EXPECT_NE(refused.status().message().find("/ckpt/offsets/11"), std::string::npos);
  EXPECT_NE(refused.status().message().find("/table"), std::string::npos);
  EXPECT_EQ(CodeOf(State(3, 3), Table(4)), "CHECKPOINT.TABLE_AHEAD");
  EXPECT_EQ(CodeOf(State(3, 2), Table(4)), "CHECKPOINT.TABLE_AHEAD");
}

TEST(Recovery, RefusesACopyWhoseBatchIsNotTheTables) {
  TableFacts table = Table(4);
  table.last_end_offsets = R"({"t":{"0":50}})";
  EXPECT_EQ(CodeOf(State(4, 3), table), "OK");
  EXPECT_EQ(CodeOf(State(4, 4), table), "OK");
  EXPECT_EQ(CodeOf(State(5, 4), table), "OK");
  table.last_end_offsets = R"({"t":{"0":47}})";
  const auto refused = Decide(State(4, 3), table);
  EXPECT_EQ(refused.status().code(), "CHECKPOINT.OF_ANOTHER_COPY");
  EXPECT_NE(refused.status().message().find(R"(where the table ends: {"t":{"0":47}})"),
            std::string::npos);
  EXPECT_EQ(CodeOf(State(4, 4), table), "CHECKPOINT.OF_ANOTHER_COPY");
  EXPECT_EQ(CodeOf(State(5, 4), table), "CHECKPOINT.OF_ANOTHER_COPY");
  EXPECT_EQ(CodeOf(State(3, 3), table), "CHECKPOINT.TABLE_AHEAD");
  table.last_end_offsets = "edited";
  EXPECT_EQ(CodeOf(State(4, 4), table), "OK");
}

TEST(Recovery, RefusesACheckpointWithoutItsTable) {
  const auto refused = Decide(State(3, 3), kNoTable);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), "CHECKPOINT.WITHOUT_TABLE");
  EXPECT_NE(refused.status().message().find("no table at /table"), std::string::npos);
}

TEST(Recovery, RefusesAnotherTable) {
  EXPECT_EQ(CodeOf(State(3, 3), Table(std::nullopt)), "CHECKPOINT.OF_ANOTHER_TABLE");
  EXPECT_EQ(CodeOf(State(3, 3), Table(2)), "CHECKPOINT.OF_ANOTHER_TABLE");
  EXPECT_EQ(CodeOf(State(3, 2), Table(1)), "CHECKPOINT.OF_ANOTHER_TABLE");
}

TEST(Recovery, RefusesAFirstBatchWithoutABeginning) {
  CheckpointState state = State(0, -1);
  state.initial_offsets.reset();
  EXPECT_EQ(CodeOf(state, Table(std::nullopt)), "CHECKPOINT.INITIAL_OFFSETS_MISSING");
  EXPECT_EQ(CodeOf(state, Table(0)), "OK") << "the table has it: its beginning does not matter";
  state = State(5, 5);
  state.initial_offsets.reset();
  EXPECT_EQ(CodeOf(state, Table(5)), "OK") << "later batches do not need it";
}

}  // namespace
}  // namespace sluice::checkpoint
