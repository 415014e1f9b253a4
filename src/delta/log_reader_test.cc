// SPDX-License-Identifier: Apache-2.0
#include "delta/log_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "delta/schema_json.h"
#include "delta/table.h"
#include "delta/testing/table_fixture.h"

namespace sluice::delta {
namespace {

using testing::BatchOf;
using LogReaderTest = testing::TableTest;

TEST_F(LogReaderTest, HistoryNamesBatchesAndCounts) {
  auto table = Created();
  ASSERT_TRUE(table->Append(BatchOf("q", 7, {"a.parquet", "b.parquet"})).ok());
  WriteCommit(2, {R"({"commitInfo":{"timestamp":5,"operation":"DELETE","engineInfo":"Spark"}})",
                  R"({"remove":{"path":"a.parquet","deletionTimestamp":5,"dataChange":true}})"});
  const auto history = ReadHistory(path_.string(), 0);
  ASSERT_TRUE(history.ok()) << history.status().ToString();
  ASSERT_EQ(history->size(), 3u);
  const HistoryEntry& deleted = (*history)[0];
  EXPECT_EQ(deleted.version, TableVersion{2});
  EXPECT_EQ(deleted.timestamp_ms, 5);
  EXPECT_EQ(deleted.operation, "DELETE");
  EXPECT_EQ(deleted.files_removed, 1);
  EXPECT_EQ(deleted.rows_added, -1);
  EXPECT_EQ(deleted.batch, std::nullopt);
  const HistoryEntry& batch = (*history)[1];
  EXPECT_EQ(batch.operation, "STREAMING UPDATE");
  EXPECT_EQ(batch.engine_info, "Sluice/test");
  EXPECT_EQ(batch.app_id, "q");
  EXPECT_EQ(batch.batch, BatchId{7});
  EXPECT_EQ(batch.files_added, 2);
  EXPECT_EQ(batch.rows_added, 6);
  EXPECT_EQ(batch.bytes_added, 2000);
  EXPECT_EQ((*history)[2].operation, "CREATE TABLE");

  EXPECT_EQ(FindBatch(*history, "q", BatchId{7}), &batch);
  EXPECT_EQ(FindBatch(*history, "q", BatchId{8}), nullptr);
  EXPECT_EQ(FindBatch(*history, "r", BatchId{7}), nullptr);
  EXPECT_EQ(ReadHistory(path_.string(), 1)->size(), 1u);
}

TEST_F(LogReaderTest, ALookWritesNothing) {
  const auto absent = LookAtTable(path_.string(), "q");
  ASSERT_TRUE(absent.ok());
  EXPECT_EQ(absent->state, DirectoryState::kAbsent);
  auto table = Created();
  ASSERT_TRUE(table->Append(BatchOf("q", 7, {"a.parquet"})).ok());
  table.reset();
  const auto before = std::filesystem::last_write_time(path_);
  const auto in_log = std::filesystem::last_write_time(path_ / "_delta_log");
  const auto look = LookAtTable(path_.string(), "q");
  ASSERT_TRUE(look.ok()) << look.status().ToString();
  EXPECT_EQ(look->state, DirectoryState::kTable);
  EXPECT_EQ(look->info.version, TableVersion{1});
  EXPECT_EQ(look->last_batch, BatchId{7});
  EXPECT_TRUE(look->appendable.ok());
  EXPECT_EQ(LookAtTable(path_.string(), "other")->last_batch, std::nullopt);
  EXPECT_EQ(std::filesystem::last_write_time(path_), before);
  EXPECT_EQ(std::filesystem::last_write_time(path_ / "_delta_log"), in_log);
}

TEST_F(LogReaderTest, ALookTellsFeaturesThatCannotBeKept) {
  WriteForeignTable(R"({"protocol":{"minReaderVersion":1,"minWriterVersion":3}})",
                    R"({"type":"struct","fields":[]})",
                    R"({"delta.constraints.positive":"id > 0"})");
  const auto look = LookAtTable(path_.string(), "q");
  ASSERT_TRUE(look.ok()) << look.status().ToString();
  EXPECT_EQ(look->appendable.code(), "UNSUPPORTED_FEATURE");
  EXPECT_NE(look->appendable.message().find("positive"), std::string::npos);
}

TEST_F(LogReaderTest, FilesOfAnyVersion) {
  auto table = CreateTable(path_.string(), {SmallSchema(), {"name"}, {}}).value();
  AppendRequest request =
      BatchOf("q", 0, {"name=a b/x.parquet", "name=__HIVE_DEFAULT_PARTITION__/y.parquet"});
  request.files[0].partition_values = {{"name", "a b"}};
  request.files[1].partition_values = {{"name", std::nullopt}};
  ASSERT_TRUE(table->Append(request).ok());
  ASSERT_TRUE(table->Append(BatchOf("q", 1, {})).ok());
  auto files = ListFiles(path_.string(), std::nullopt);
  ASSERT_TRUE(files.ok()) << files.status().ToString();
  ASSERT_EQ(files->size(), 2u);
  std::sort(files->begin(), files->end(),
            [](const DataFile& a, const DataFile& b) { return a.path > b.path; });
  const DataFile& first = (*files)[0];
  EXPECT_EQ(first.path, "name=a b/x.parquet");
  EXPECT_EQ(first.size_bytes, 1000);
  EXPECT_EQ(first.num_records, 3);
  EXPECT_EQ(first.modification_time_ms, 1700000000000);
  ASSERT_EQ(first.partition_values.size(), 1u);
  EXPECT_EQ(first.partition_values[0].second, "a b");
  EXPECT_EQ((*files)[1].partition_values[0].second, std::nullopt);
  EXPECT_NE(first.stats_json.find("\"numRecords\":3"), std::string::npos);
  EXPECT_EQ(ListFiles(path_.string(), TableVersion{0})->size(), 0u);
  EXPECT_EQ(ListFiles(path_.string(), TableVersion{9}).status().ToString(),
            "NO_VERSION: the table has no version 9; its newest is 2");
}

TEST_F(LogReaderTest, ReadingWritesNothing) {
  Created();
  std::filesystem::remove(path_ / "_delta_log" / "00000000000000000000.crc");
  ASSERT_TRUE(ReadHistory(path_.string(), 0).ok());
  ASSERT_TRUE(ListFiles(path_.string(), std::nullopt).ok());
  ASSERT_TRUE(ReadTable(path_.string()).ok());
  int files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(path_ / "_delta_log"))
    ++files;
  EXPECT_EQ(files, 1);
}

TEST_F(LogReaderTest, ATableThatCannotBeWrittenCanBeRead) {
  WriteForeignTable(R"({"protocol":{"minReaderVersion":1,"minWriterVersion":3}})",
                    ToSchemaJson(SmallSchema(), false), R"({"delta.constraints.pos":"id > 0"})");
  EXPECT_EQ(OpenTable(path_.string()).status().code(), "UNSUPPORTED_FEATURE");
  const auto table = ReadTable("file://" + path_.string() + "/");
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  EXPECT_EQ(table->path, path_.string());
  EXPECT_EQ(table->info.schema, SmallSchema());
  EXPECT_EQ(table->info.configuration.at("delta.constraints.pos"), "id > 0");
}

TEST_F(LogReaderTest, AColumnMappingIsNamedBecauseTheFilesHaveOtherNames) {
  WriteForeignTable(
      R"({"protocol":{"minReaderVersion":2,"minWriterVersion":5}})",
      R"({"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":)"
      R"({"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"col-1"}}]})",
      R"({"delta.columnMapping.mode":"name","delta.columnMapping.maxColumnId":"1"})");
  const auto table = ReadTable(path_.string());
  EXPECT_EQ(table.status().code(), "UNSUPPORTED_FEATURE");
  EXPECT_NE(table.status().message().find("column mapping (mode name)"), std::string::npos);
  EXPECT_TRUE(ListFiles(path_.string(), std::nullopt).ok());
}

TEST_F(LogReaderTest, RowsThatADeletionVectorHidesAreCounted) {
  WriteForeignTable(
      R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,)"
      R"("readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}})",
      ToSchemaJson(SmallSchema(), true));
  WriteCommit(
      1,
      {R"({"commitInfo":{"timestamp":5,"operation":"DELETE"}})",
       R"({"add":{"path":"a.parquet","partitionValues":{},"size":9,"modificationTime":5,)"
       R"("dataChange":true,"stats":"{\"numRecords\":7}","deletionVector":{"storageType":"u",)"
       R"("pathOrInlineDv":"vBn[lx{q8@P<9BNH/isA","offset":1,"sizeInBytes":36,"cardinality":2}}})",
       R"({"add":{"path":"b.parquet","partitionValues":{},"size":9,"modificationTime":5,)"
       R"("dataChange":true,"stats":"{\"numRecords\":1}"}})"});
  auto files = ListFiles(path_.string(), std::nullopt);
  ASSERT_TRUE(files.ok()) << files.status().ToString();
  ASSERT_EQ(files->size(), 2u);
  std::sort(files->begin(), files->end(),
            [](const DataFile& a, const DataFile& b) { return a.path < b.path; });
  EXPECT_EQ((*files)[0].deleted_rows, 2);
  EXPECT_EQ((*files)[0].num_records, 7);
  EXPECT_EQ((*files)[1].deleted_rows, 0);
}

constexpr char kDamaged[] =
    "the damaged file is _delta_log/00000000000000000002.json: restore it from a backup";

TEST_F(LogReaderTest, ADamagedCommitIsNamedWithTheRemedy) {
  auto table = Created();
  for (int64_t batch = 0; batch < 3; ++batch)
    ASSERT_TRUE(table->Append(BatchOf("q", batch, {"a.parquet"})).ok());
  table.reset();
  const std::string whole = CommitText(2);
  const std::string half = whole.substr(0, whole.size() / 2);
  for (const std::string& text : {std::string("garbage\n"), half}) {
    std::ofstream(CommitPath(2)) << text;
    for (const Status& status :
         {ReadHistory(path_.string(), 0).status(), ListFiles(path_.string(), std::nullopt).status(),
          ReadTable(path_.string()).status()}) {
      EXPECT_EQ(status.code(), "TABLE_LOG.UNREADABLE") << status.ToString();
      EXPECT_NE(status.message().find(kDamaged), std::string::npos) << status.ToString();
    }
  }
}

// A snapshot is made of the newest commits: what lies before is met when something is looked for.
TEST_F(LogReaderTest, ADamagedCommitIsNamedWheneverItIsMet) {
  auto table = Created();
  for (int64_t batch = 0; batch < 3; ++batch)
    ASSERT_TRUE(table->Append(BatchOf("q", batch, {"a.parquet"})).ok());
  std::ofstream(CommitPath(2)) << "garbage\n";
  for (int64_t version = 0; version < 4; ++version)
    std::filesystem::remove(CommitPath(version).replace_extension(".crc"));
  const auto look = LookAtTable(path_.string(), "other");
  EXPECT_EQ(look.status().code(), "TABLE_LOG.UNREADABLE") << look.status().ToString();
  EXPECT_NE(look.status().message().find(kDamaged), std::string::npos) << look.status().ToString();
}

TEST_F(LogReaderTest, AMissingCommitHasItsRemedyToo) {
  auto table = Created();
  for (int64_t batch = 0; batch < 3; ++batch)
    ASSERT_TRUE(table->Append(BatchOf("q", batch, {"a.parquet"})).ok());
  std::filesystem::remove(CommitPath(2));
  const Status status = ReadTable(path_.string()).status();
  EXPECT_EQ(status.code(), "TABLE_LOG.UNREADABLE") << status.ToString();
  EXPECT_NE(status.message().find("a file of _delta_log is missing or damaged: restore it"),
            std::string::npos)
      << status.ToString();
}

TEST_F(LogReaderTest, NoTableIsSaid) {
  EXPECT_EQ(ReadHistory(path_.string(), 0).status().code(), "NO_TABLE");
  EXPECT_EQ(ReadTable(path_.string()).status().code(), "NO_TABLE");
  EXPECT_EQ(ListFiles("s3://bucket/table", std::nullopt).status().code(), "UNSUPPORTED_STORE");
}

}  // namespace
}  // namespace sluice::delta
