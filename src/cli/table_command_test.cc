// SPDX-License-Identifier: Apache-2.0
#include "cli/table_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

#include "core/testing/columns_builder.h"
#include "delta/testing/table_fixture.h"
#include "parquet/writer.h"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kQuery[] = "8f2c7d5e-4d0a-4c7b-9a4e-0a3f1b2c4d5e";

class TableCommandTest : public delta::testing::TableTest {
 protected:
  void SetUp() override {
    TableTest::SetUp();
    arguments_.path = path_.string();
  }

  void TearDown() override {
    Allow(fs::perms::owner_all);
    TableTest::TearDown();
  }

  // Two versions of rows, as a query would leave them.
  void MakeTable() {
    auto table = Created();
    auto writer = parquet::DataFileWriter::Make(path_.string(), SmallSchema(), {});
    ASSERT_TRUE(writer.ok());
    for (int64_t batch = 0; batch < 2; ++batch) {
      (*writer)->Begin(BatchId{batch}, 0);
      ASSERT_TRUE((*writer)
                      ->Write(BuildColumns(SmallSchema(), R"({"id": 1, "name": "a"} {"id": 2})"))
                      .ok());
      delta::AppendRequest request = delta::testing::BatchOf(kQuery, batch, {});
      request.files = (*writer)->Finish().value();
      ASSERT_TRUE(table->Append(request).ok());
    }
  }

  void MakeCheckpoint() {
    const fs::path checkpoint = directory_ / "checkpoint";
    fs::create_directories(checkpoint / "offsets");
    std::ofstream(checkpoint / "metadata") << R"({"id":")" << kQuery << R"("})";
    for (int batch = 0; batch < 2; ++batch) {
      std::ofstream(checkpoint / "offsets" / std::to_string(batch))
          << "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":0,\"conf\":{}}\n"
          << R"({"t":{"0":)" << 2 * (batch + 1) << "}}";
    }
    arguments_.checkpoint = checkpoint.string();
    arguments_.record = "t-0-3";
  }

  // Each file and directory below the test's own, with the time of its last change.
  std::map<std::string, fs::file_time_type> Listing() const {
    std::map<std::string, fs::file_time_type> entries;
    for (const auto& entry : fs::recursive_directory_iterator(directory_))
      entries[entry.path().string()] = entry.last_write_time();
    return entries;
  }

  // Takes the right to write from every directory (which does not stop root), or gives it back.
  void Allow(fs::perms perms) const {
    std::vector<fs::path> directories = {directory_};
    for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
      if (entry.is_directory()) directories.push_back(entry.path());
    }
    for (const fs::path& path : directories) fs::permissions(path, perms);
  }

  std::string Output(int (*command)(const TableArguments&)) {
    ::testing::internal::CaptureStdout();
    const int code = command(arguments_);
    std::fflush(stdout);
    std::string text = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(code, 0);
    return text;
  }

  TableArguments arguments_;
};

TEST_F(TableCommandTest, EveryCommandOnlyReads) {
  MakeTable();
  MakeCheckpoint();
  // What a writer would add at once.
  fs::remove(path_ / "_delta_log" / "00000000000000000002.crc");
  Allow(fs::perms::owner_read | fs::perms::owner_exec);
  const auto before = Listing();
  EXPECT_THAT(Output(ShowCommand), HasSubstr("at version 2: all 4 rows"));
  EXPECT_THAT(Output(HistoryCommand), HasSubstr("t-0 [2, 4)"));
  EXPECT_THAT(Output(FilesCommand), HasSubstr("2 files, 4 rows"));
  EXPECT_THAT(Output(AtOffsetCommand), HasSubstr("version 2  (batch 1"));
  arguments_.json = true;
  EXPECT_THAT(Output(ShowCommand), HasSubstr(R"({"id":1,"name":"a","day":null})"));
  EXPECT_EQ(Listing(), before);
}

TEST_F(TableCommandTest, ShowsATableThatCannotBeWritten) {
  MakeTable();
  const std::string metadata =
      R"({"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":)"
      R"("{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,)"
      R"(\"metadata\":{}}]}","partitionColumns":[],"configuration":{"delta.constraints.c":"id > 0"}}})";
  WriteCommit(3, {R"({"commitInfo":{"timestamp":5,"operation":"ADD CONSTRAINT"}})",
                  R"({"protocol":{"minReaderVersion":1,"minWriterVersion":3}})", metadata});
  ASSERT_EQ(delta::OpenTable(path_.string()).status().code(), "UNSUPPORTED_FEATURE");
  arguments_.limit = 3;
  EXPECT_THAT(Output(ShowCommand), HasSubstr("at version 3: the first 3 rows"));
}

// DECIMAL(38, 0) and (4, 2): a reader into doubles would round the one and shorten the other.
TEST_F(TableCommandTest, StatisticsAreShownAsTheLogHasThem) {
  Created();
  WriteCommit(1,
              {R"({"commitInfo":{"timestamp":5,"operation":"WRITE"}})",
               R"({"add":{"path":"a.parquet","partitionValues":{},"size":9,)"
               R"("modificationTime":5,"dataChange":true,"stats":"{\"numRecords\":7,)"
               R"(\"minValues\":{\"big\":-12345678901234567890123456789012345678,\"price\":1.50},)"
               R"(\"maxValues\":{\"big\":12345678901234567890123456789012345678,\"price\":2.00},)"
               R"(\"nullCount\":{\"big\":0,\"price\":3}}"}})",
               R"({"add":{"path":"b.parquet","partitionValues":{},"size":9,)"
               R"("modificationTime":5,"dataChange":true,"stats":"{"}})"});
  const std::string text = Output(FilesCommand);
  EXPECT_THAT(text, HasSubstr("    big: -12345678901234567890123456789012345678 .. "
                              "12345678901234567890123456789012345678, 0 null\n"
                              "    price: 1.50 .. 2.00, 3 null\n"));
  arguments_.json = true;
  const std::string json = Output(FilesCommand);
  EXPECT_THAT(json, HasSubstr(R"("stats":{"numRecords":7,"minValues":{"big":)"
                              R"(-12345678901234567890123456789012345678,"price":1.50},)"));
  EXPECT_THAT(json, HasSubstr(R"("partition_values":{},"stats":null})"));
}

TEST_F(TableCommandTest, ATableThatIsNotThereIsSaid) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(ShowCommand(arguments_), 1);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("there is no table at"));
}

}  // namespace
}  // namespace sluice::cli
