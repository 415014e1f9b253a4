// SPDX-License-Identifier: Apache-2.0
#include "cli/offset_lookup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::cli {
namespace {

TopicPartition Part(int number) { return {"t-x", PartitionId{number}}; }

RecordPosition Record(int partition, int64_t offset) { return {Part(partition), Offset{offset}}; }

BatchOffsets WholeHistory() {
  BatchOffsets batches;
  batches.query_id = "id";
  batches.ends[-1] = {{Part(0), Offset{10}}};
  batches.ends[0] = {{Part(0), Offset{20}}};
  batches.ends[1] = {{Part(0), Offset{20}}, {Part(1), Offset{5}}};
  batches.ends[2] = {{Part(0), Offset{30}}, {Part(1), Offset{9}}};
  return batches;
}

std::string WhyNot(const BatchOffsets& batches, const RecordPosition& record) {
  const auto found = FindBatch(batches, record);
  return found.ok() ? "batch " + std::to_string(*found) : found.status().message();
}

TEST(ParseRecordPosition, TopicsMayHoldDashes) {
  const auto position = ParseRecordPosition("dev-topic-3-1234");
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(position->partition, (TopicPartition{"dev-topic", PartitionId{3}}));
  EXPECT_EQ(position->offset, Offset{1234});
}

TEST(ParseRecordPosition, RefusesTheRest) {
  for (const char* text :
       {"", "t", "t-1", "-1-2", "t-a-1", "t-1-b", "t-1-", "t--1", "t-99999999999-1"}) {
    EXPECT_FALSE(ParseRecordPosition(text).ok()) << text;
  }
}

TEST(FindBatch, EndsAreExclusive) {
  const BatchOffsets batches = WholeHistory();
  EXPECT_EQ(WhyNot(batches, Record(0, 10)), "batch 0");
  EXPECT_EQ(WhyNot(batches, Record(0, 19)), "batch 0");
  EXPECT_EQ(WhyNot(batches, Record(0, 20)), "batch 2");
  EXPECT_EQ(WhyNot(batches, Record(1, 0)), "batch 1");
  EXPECT_EQ(WhyNot(batches, Record(1, 5)), "batch 2");
}

TEST(FindBatch, SaysWhyThereIsNone) {
  BatchOffsets batches = WholeHistory();
  EXPECT_EQ(WhyNot(batches, Record(0, 9)),
            "t-x-0 offset 9 was before the start of the query, which began at 10");
  EXPECT_EQ(WhyNot(batches, Record(0, 30)),
            "t-x-0 offset 30 has not been read yet; the newest batch is 2");
  EXPECT_EQ(WhyNot(batches, Record(7, 0)), "the query does not read t-x-7");
  batches.ends.erase(-1);
  batches.ends.erase(0);
  EXPECT_EQ(
      WhyNot(batches, Record(0, 12)),
      "t-x-0 offset 12 is in batch 1 or an older one: the checkpoint lists no batch before it");
  EXPECT_EQ(WhyNot(batches, Record(0, 25)), "batch 2");
}

TEST(RangesText, NamesEachPartition) {
  EXPECT_EQ(RangesText(WholeHistory(), 2), "t-x-0 [20, 30), t-x-1 [5, 9)");
  EXPECT_EQ(RangesText(WholeHistory(), 1), "t-x-0 [20, 20), t-x-1 [?, 5)");
}

TEST(ReadBatchOffsets, ReadsSparksFiles) {
  const std::filesystem::path dir =
      std::filesystem::path(::testing::TempDir()) / "sluice_offset_lookup";
  std::filesystem::create_directories(dir / "offsets");
  std::filesystem::create_directories(dir / "sources/0");
  std::ofstream(dir / "metadata") << R"({"id":"b3f0c9c2-6a0e-4c4e-9a3e-0d2b4f1c7a55"})";
  std::ofstream(dir / "sources/0/0", std::ios::binary).write("\0v1\n{\"t-x\":{\"0\":10}}", 20);
  std::ofstream(dir / "offsets/0")
      << "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":1,\"conf\":{}}\n{\"t-x\":{\"0\":20}}";
  std::ofstream(dir / "offsets/.0.crc") << "crc";
  const auto batches = ReadBatchOffsets(*checkpoint::LocalStorage(dir.string()));
  ASSERT_TRUE(batches.ok()) << batches.status().message();
  EXPECT_EQ(batches->query_id, "b3f0c9c2-6a0e-4c4e-9a3e-0d2b4f1c7a55");
  EXPECT_EQ(WhyNot(*batches, Record(0, 15)), "batch 0");
  EXPECT_EQ(WhyNot(*batches, Record(0, 5)),
            "t-x-0 offset 5 was before the start of the query, which began at 10");
  std::filesystem::remove_all(dir);
}

TEST(ReadBatchOffsets, NoCheckpointIsAnError) {
  EXPECT_FALSE(ReadBatchOffsets(*checkpoint::LocalStorage("/nonexistent/ckpt")).ok());
}

}  // namespace
}  // namespace sluice::cli
