// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/log_format.h"

#include <gtest/gtest.h>

#include <string>

#include "checkpoint/json_span.h"

namespace sluice::checkpoint {
namespace {

// A file that Spark 3.5 wrote (no newline at its end).
const std::string kSpark35Offsets =
    "v1\n"
    R"({"batchWatermarkMs":0,"batchTimestampMs":1732298581733,"conf":{"spark.sql.streaming.stateStore.providerClass":"org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider","spark.sql.streaming.join.stateFormatVersion":"2","spark.sql.streaming.stateStore.compression.codec":"lz4","spark.sql.streaming.stateStore.rocksdb.formatVersion":"5","spark.sql.streaming.statefulOperator.useStrictDistribution":"true","spark.sql.streaming.flatMapGroupsWithState.stateFormatVersion":"2","spark.sql.streaming.multipleWatermarkPolicy":"min","spark.sql.streaming.aggregation.stateFormatVersion":"2","spark.sql.shuffle.partitions":"200"}})"
    "\n"
    R"({"shopping_transaction":{"2":707,"1":742,"0":739}})";

TEST(OffsetLog, ReadsAndWritesSparksFileByteForByte) {
  const auto entry = ParseOffsetLog(kSpark35Offsets, "offsets/7");
  ASSERT_TRUE(entry.ok()) << entry.status().ToString();
  EXPECT_EQ(entry->batch_timestamp_ms, 1732298581733);
  EXPECT_EQ(entry->offsets.at({"shopping_transaction", PartitionId{1}}), Offset{742});
  EXPECT_EQ(entry->conf_json, kSpark35Conf);
  EXPECT_EQ(FormatOffsetLog(*entry, ScalaVersion::k212), kSpark35Offsets);
}

TEST(OffsetLog, ANewOneHasSpark35sSettings) {
  OffsetLogEntry entry;
  entry.batch_timestamp_ms = 1732298581733;
  entry.offsets = {{{"shopping_transaction", PartitionId{0}}, Offset{739}},
                   {{"shopping_transaction", PartitionId{1}}, Offset{742}},
                   {{"shopping_transaction", PartitionId{2}}, Offset{707}}};
  EXPECT_EQ(FormatOffsetLog(entry, ScalaVersion::k212), kSpark35Offsets);
}

TEST(OffsetLog, CarriesUnknownSettingsOnVerbatim) {
  const std::string bytes =
      "v1\n{\"batchWatermarkMs\":5,\"batchTimestampMs\":6,\"conf\":{\"z\":\"\\u00e9 "
      "{\\\"\",\"a\":\"1\"}}\n"
      "{\"t\":{\"0\":1}}";
  const auto entry = ParseOffsetLog(bytes, "f");
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(entry->conf_json, R"({"z":"\u00e9 {\"","a":"1"})");
  EXPECT_EQ(FormatOffsetLog(*entry, ScalaVersion::k212), bytes);
}

TEST(OffsetLog, ToleratesWhatSparkTolerates) {
  for (const char* bytes : {
           "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":1,\"conf\":{}}\n{\"t\":{\"0\":1}}",
           "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":1,\"conf\":{},\"new\":[1]}\n{\"t\":{"
           "\"0\":1}}",
           "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":1}\n{\"t\":{\"0\":1}}\n",
       }) {
    EXPECT_TRUE(ParseOffsetLog(bytes, "f").ok()) << bytes;
  }
}

struct BadFile {
  std::string bytes;
  std::string code;
  std::string says;
};

TEST(OffsetLog, RefusesWhatItCannotReadForCertain) {
  const std::string metadata = "{\"batchWatermarkMs\":0,\"batchTimestampMs\":1,\"conf\":{}}";
  const BadFile cases[] = {
      {"", "CHECKPOINT.CORRUPT_FILE", "empty"},
      {"v2\n" + metadata + "\n0:{\"t\":{\"0\":1}}", "CHECKPOINT.UNSUPPORTED_VERSION", "'v2'"},
      {"{}", "CHECKPOINT.CORRUPT_FILE", "line 1"},
      {"v1", "CHECKPOINT.CORRUPT_FILE", "line 2"},
      {"v1\n\n{\"t\":{\"0\":1}}", "CHECKPOINT.CORRUPT_FILE", "blank"},
      {"v1\n" + metadata, "CHECKPOINT.SOURCE_COUNT", "0 sources"},
      {"v1\n" + metadata + "\n{\"t\":{\"0\":1}}\n{\"u\":{\"0\":1}}", "CHECKPOINT.SOURCE_COUNT",
       "2 sources"},
      {"v1\n" + metadata + "\n-", "CHECKPOINT.CORRUPT_FILE", "no offsets"},
      {"v1\n" + metadata + "\n{\"t\":{\"0\":1}", "CHECKPOINT.CORRUPT_FILE", "line 3"},
      {"v1\n[1]\n{\"t\":{\"0\":1}}", "CHECKPOINT.CORRUPT_FILE", "line 2"},
  };
  for (const BadFile& bad : cases) {
    const auto entry = ParseOffsetLog(bad.bytes, "/ckpt/offsets/7");
    ASSERT_FALSE(entry.ok()) << bad.bytes;
    EXPECT_EQ(entry.status().code(), bad.code) << bad.bytes;
    EXPECT_NE(entry.status().message().find(bad.says), std::string::npos)
        << entry.status().message();
    EXPECT_NE(entry.status().message().find("/ckpt/offsets/7"), std::string::npos);
  }
}

TEST(CommitLog, IsReadAndWritten) {
  EXPECT_EQ(FormatCommitLog(0), "v1\n{\"nextBatchWatermarkMs\":0}");
  const auto watermark = ParseCommitLog("v1\n{\"nextBatchWatermarkMs\":42}", "f");
  ASSERT_TRUE(watermark.ok());
  EXPECT_EQ(*watermark, 42);
  EXPECT_TRUE(ParseCommitLog("v1\n{}", "f").ok());
  EXPECT_EQ(
      ParseCommitLog("v2\n{\"nextBatchWatermarkMs\":0,\"stateUniqueIds\":{}}", "f").status().code(),
      "CHECKPOINT.UNSUPPORTED_VERSION");
}

TEST(InitialOffsets, BeginWithAZeroByte) {
  const OffsetMap offsets = {{{"topic", PartitionId{0}}, Offset{0}},
                             {{"topic", PartitionId{1}}, Offset{0}}};
  const std::string bytes = FormatInitialOffsets(offsets, ScalaVersion::k213);
  EXPECT_EQ(bytes, std::string(1, '\0') + "v1\n{\"topic\":{\"0\":0,\"1\":0}}");
  const auto back = ParseInitialOffsets(bytes, "f");
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, offsets);
  EXPECT_FALSE(ParseInitialOffsets(bytes.substr(1), "f").ok());
}

TEST(Metadata, HoldsAUuid) {
  const std::string bytes = R"({"id":"b3f0c9c2-6a0e-4c4e-9a3e-0d2b4f1c7a55"})";
  const auto id = ParseMetadata(bytes, "f");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(FormatMetadata(*id), bytes);
  for (const char* bad : {"", "{}", "{\"id\":7}", "{\"id\":\"b3f0\"}", "x"}) {
    EXPECT_FALSE(ParseMetadata(bad, "f").ok()) << bad;
  }
}

TEST(MemberText, FindsTheTextOfAMember) {
  EXPECT_EQ(MemberText(R"({"a":1,"b":{"c":[2,"}"]}})", "b"), R"({"c":[2,"}"]})");
  EXPECT_EQ(MemberText(R"( { "a" : "x" , "b" : true } )", "b"), "true");
  EXPECT_EQ(MemberText(R"({"a":{"b":1}})", "b"), std::nullopt)
      << "only the outermost object counts";
  EXPECT_EQ(MemberText("{}", "a"), std::nullopt);
}

}  // namespace
}  // namespace sluice::checkpoint
