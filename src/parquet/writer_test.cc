// SPDX-License-Identifier: Apache-2.0
#include "parquet/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "core/columns_json.h"
#include "core/testing/columns_builder.h"
#include "parquet/reader.h"
#include "parquet/testing/random_rows.h"
#include "parquet/testing/vehicle_positions.h"

namespace sluice::parquet {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using PartitionValuesOfFile = decltype(DataFile::partition_values);

Field Of(const std::string& name, TypeKind kind) { return {name, DataType(kind), true}; }

class DataFileWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "parquet_writer_XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  std::unique_ptr<DataFileWriter> MakeWriter(const Schema& schema, WriterOptions options = {}) {
    auto writer = DataFileWriter::Make(root_, schema, std::move(options));
    EXPECT_TRUE(writer.ok()) << writer.status().ToString();
    (*writer)->Begin(BatchId{7}, 3);
    return std::move(writer).value();
  }

  std::vector<DataFile> WriteAll(const Schema& schema, const std::vector<std::string>& batches,
                                 const WriterOptions& options = {}) {
    auto writer = MakeWriter(schema, options);
    for (const std::string& rows : batches) {
      const Status status = writer->Write(BuildColumns(schema, rows));
      EXPECT_TRUE(status.ok()) << status.ToString();
    }
    auto files = writer->Finish();
    EXPECT_TRUE(files.ok()) << files.status().ToString();
    return std::move(files).value();
  }

  std::vector<std::string> ReadRows(const DataFile& file, int64_t max_rows = -1) {
    auto batches = ReadFile(root_ + "/" + file.path, max_rows);
    EXPECT_TRUE(batches.ok()) << batches.status().ToString();
    return Lines(*batches);
  }

  static std::vector<std::string> Lines(const std::vector<Columns>& batches) {
    std::vector<std::string> lines;
    for (const Columns& columns : batches) {
      for (int64_t row = 0; row < columns.num_rows(); ++row) {
        AppendRowJson(columns, row, &lines.emplace_back());
      }
    }
    return lines;
  }

  // Rows of each row group.
  std::vector<int64_t> RowGroups(const DataFile& file) {
    const auto reader = ::parquet::ParquetFileReader::OpenFile(root_ + "/" + file.path);
    std::vector<int64_t> rows;
    for (int i = 0; i < reader->metadata()->num_row_groups(); ++i) {
      rows.push_back(reader->metadata()->RowGroup(i)->num_rows());
    }
    return rows;
  }

  std::vector<std::string> FilesOnDisk() {
    std::vector<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (entry.is_regular_file()) paths.push_back(fs::relative(entry.path(), root_));
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  std::string root_;
};

const Schema kIdAndName{{Of("id", TypeKind::kLong), Of("name", TypeKind::kString)}};

TEST_F(DataFileWriterTest, OneFileWithItsStatistics) {
  const auto files = WriteAll(kIdAndName, {R"({"id": 2, "name": "b"} {"id": null, "name": ""})",
                                           R"({"id": -9, "name": "a"})"});
  ASSERT_EQ(files.size(), 1);
  EXPECT_EQ(files[0].num_records, 3);
  EXPECT_EQ(files[0].stats_json,
            R"({"numRecords":3,"minValues":{"id":-9,"name":""},"maxValues":{"id":2,"name":"b"},)"
            R"("nullCount":{"id":1,"name":0}})");
  EXPECT_EQ(files[0].size_bytes, static_cast<int64_t>(fs::file_size(root_ + "/" + files[0].path)));
  EXPECT_GT(files[0].modification_time_ms, 1'700'000'000'000);
  EXPECT_THAT(files[0].partition_values, IsEmpty());
  EXPECT_THAT(ReadRows(files[0]), ElementsAre(R"({"id":2,"name":"b"})", R"({"id":null,"name":""})",
                                              R"({"id":-9,"name":"a"})"));
}

TEST_F(DataFileWriterTest, NamesCarryLaneBatchAndUuid) {
  const std::regex zstd(
      R"(part-00003-7-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"
      R"(\.c000\.zstd\.parquet)");
  const auto first = WriteAll(kIdAndName, {R"({"id": 1})"});
  const auto second = WriteAll(kIdAndName, {R"({"id": 1})"});
  EXPECT_TRUE(std::regex_match(first[0].path, zstd)) << first[0].path;
  EXPECT_NE(first[0].path, second[0].path);
  EXPECT_THAT(WriteAll(kIdAndName, {R"({"id": 1})"}, {.compression = "none"})[0].path,
              testing::EndsWith(".c000.parquet"));
}

TEST_F(DataFileWriterTest, NoRowsMakeNoFile) {
  EXPECT_THAT(WriteAll(kIdAndName, {"", ""}), IsEmpty());
  EXPECT_THAT(FilesOnDisk(), IsEmpty());
}

// Parquet calls both "a.b", and only one of them can be packed.
TEST_F(DataFileWriterTest, ColumnsOfOnePath) {
  const Schema schema{
      {Of("a.b", TypeKind::kString), {"a", DataType::Struct({Of("b", TypeKind::kLong)}), true}}};
  std::vector<std::string> rows;
  std::string text;
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    text += rows.emplace_back(R"({"a.b":"x)" + n + R"(","a":{"b":)" + n + "}}");
  }
  const auto files = WriteAll(schema, {text});
  ASSERT_EQ(files.size(), 1);
  EXPECT_EQ(ReadRows(files[0]), rows);
}

constexpr const char* kEveryTypeRows = R"(
  {"bo": true, "by": -128, "sh": 32767, "i": -2147483648, "l": 9223372036854775807, "f": 0.1, "d": 1e300,
   "d9": "-1234567.89", "d18": "999999999999.999999", "d38": "-9999999999999999999999999999.9999999999",
   "s": "ünï\u0001\"", "bi": "raw", "da": "2024-02-29", "ts": "1969-12-31 23:59:59.999999",
   "nt": "2262-04-12 00:00:00.000001", "st": {"x": 1, "in": {"n": 2, "s": "deep"}}, "ar": ["a", null, ""],
   "as": [{"n": 1, "s": "x"}, null, {"n": null, "s": null}], "ma": {"k": 1, "z": null},
   "mm": [[1, [{"n": 5, "s": "five"}]], [2, []], [3, null]]}
  {}
  {"bo": false, "by": 127, "sh": -32768, "i": 2147483647, "l": -9223372036854775808, "f": -3.4028235e38,
   "d": 5e-324, "d9": "0.00", "d18": "0.000001", "d38": "0.0000000001", "s": "", "bi": "", "da": "0001-01-01",
   "ts": "9999-12-31 23:59:59.999999", "nt": "0001-01-01 00:00:00", "st": {"x": null, "in": null}, "ar": [],
   "as": [], "ma": {}, "mm": []})";

TEST_F(DataFileWriterTest, EveryTypeComesBack) {
  for (const char* encoding : {"compact", "compatible"}) {
    for (const char* compression : {"zstd", "snappy", "none"}) {
      const auto files = WriteAll(EveryTypeSchema(), {kEveryTypeRows, "{}"},
                                  {.compression = compression, .encoding = encoding});
      std::vector<Columns> given;
      given.push_back(BuildColumns(EveryTypeSchema(), kEveryTypeRows));
      given.push_back(BuildColumns(EveryTypeSchema(), "{}"));
      ASSERT_EQ(files.size(), 1);
      EXPECT_EQ(ReadRows(files[0]), Lines(given));
    }
  }
}

TEST_F(DataFileWriterTest, EveryTypeHasItsStatistics) {
  const auto files = WriteAll(EveryTypeSchema(), {kEveryTypeRows});
  const json stats = json::parse(files[0].stats_json);
  EXPECT_EQ(stats["minValues"], json::parse(R"({"by": -128, "sh": -32768, "i": -2147483648,
      "l": -9223372036854775808, "f": -3.4028235e38, "d": 5e-324, "d9": -1234567.89, "d18": 0.000001,
      "d38": -9999999999999999999999999999.9999999999, "s": "", "da": "0001-01-01",
      "ts": "1969-12-31T23:59:59.999Z", "nt": "0001-01-01T00:00:00.000",
      "st": {"x": 1, "in": {"n": 2, "s": "deep"}}})"));
  EXPECT_EQ(stats["nullCount"],
            json::parse(R"({"bo": 1, "by": 1, "sh": 1, "i": 1, "l": 1, "f": 1, "d": 1,
      "d9": 1, "d18": 1, "d38": 1, "s": 1, "bi": 1, "da": 1, "ts": 1, "nt": 1,
      "st": {"x": 2, "in": {"n": 2, "s": 2}}, "ar": 1, "as": 1, "ma": 1, "mm": 1})"));
  // Exact digits, which a parsed number would not show.
  EXPECT_THAT(files[0].stats_json,
              HasSubstr(R"("d9":0.00,"d18":999999999999.999999,"d38":0.0000000001,)"));
  EXPECT_THAT(files[0].stats_json,
              HasSubstr(R"("ts":"9999-12-31T23:59:59.999Z","nt":"2262-04-12T00:00:00.000")"));
}

TEST_F(DataFileWriterTest, OnlyTheWantedColumnsHaveStatistics) {
  const Schema schema{{{"s", DataType::Struct({Of("a", TypeKind::kInt), Of("b", TypeKind::kInt)})},
                       {"list", DataType::Array(DataType(TypeKind::kInt))},
                       Of("c", TypeKind::kInt)}};
  const std::vector<std::string> rows{R"({"s": {"a": 1, "b": 2}, "list": [3], "c": 4})"};
  using Paths = std::vector<std::vector<std::string>>;
  const auto stats = [&](std::optional<Paths> wanted) {
    return WriteAll(schema, rows, {.stats_columns = std::move(wanted)})[0].stats_json;
  };
  EXPECT_EQ(stats(Paths{{"s", "a"}, {"s", "b"}, {"list"}}),
            R"({"numRecords":1,"minValues":{"s":{"a":1,"b":2}},"maxValues":{"s":{"a":1,"b":2}},)"
            R"("nullCount":{"s":{"a":0,"b":0},"list":0}})");
  EXPECT_EQ(stats(Paths{{"c"}, {"s", "b"}, {"not in this file"}}),
            R"({"numRecords":1,"minValues":{"s":{"b":2},"c":4},"maxValues":{"s":{"b":2},"c":4},)"
            R"("nullCount":{"s":{"b":0},"c":0}})");
  EXPECT_EQ(stats(Paths{}), R"({"numRecords":1,"minValues":{},"maxValues":{},"nullCount":{}})");
  EXPECT_EQ(
      stats(std::nullopt),
      R"({"numRecords":1,"minValues":{"s":{"a":1,"b":2},"c":4},)"
      R"("maxValues":{"s":{"a":1,"b":2},"c":4},"nullCount":{"s":{"a":0,"b":0},"list":0,"c":0}})");
}

TEST_F(DataFileWriterTest, OddFloatsHaveNoMisleadingBounds) {
  const Schema schema{{Of("nan", TypeKind::kDouble), Of("inf", TypeKind::kFloat),
                       Of("zero", TypeKind::kDouble), Of("negative", TypeKind::kDouble)}};
  const auto files =
      WriteAll(schema, {R"({"nan": 1, "inf": "-Infinity", "zero": 0.0, "negative": -0.0})",
                        R"({"nan": "NaN", "inf": 2.5, "zero": 0.0, "negative": 0.0})"});
  EXPECT_EQ(files[0].stats_json, R"({"numRecords":2,"minValues":{"zero":0.0,"negative":-0.0},)"
                                 R"("maxValues":{"inf":2.5,"zero":0.0,"negative":0.0},)"
                                 R"("nullCount":{"nan":0,"inf":0,"zero":0,"negative":0}})");
}

TEST_F(DataFileWriterTest, RowsGoToTheirPartitions) {
  const Schema schema{
      {Of("line", TypeKind::kString), Of("id", TypeKind::kLong), Of("day", TypeKind::kDate)}};
  const auto files =
      WriteAll(schema,
               {R"({"line": "x/y=z %", "id": 1, "day": "2024-02-29"}
                                  {"line": "q\"uote", "id": 2, "day": "2024-02-29"}
                                  {"line": "x/y=z %", "id": 3, "day": "2024-02-29"})",
                R"({"line": "", "id": 4, "day": null} {"id": 5} {"line": "ünï", "id": 6})"},
               {.partition_by = {"day", "LINE"}});
  ASSERT_EQ(files.size(), 4);
  EXPECT_THAT(files[0].path,
              testing::StartsWith("day=2024-02-29/line=x%2Fy%3Dz %25/part-00003-7-"));
  EXPECT_THAT(files[1].path, testing::StartsWith("day=2024-02-29/line=q%22uote/part-"));
  EXPECT_THAT(
      files[2].path,
      testing::StartsWith("day=__HIVE_DEFAULT_PARTITION__/line=__HIVE_DEFAULT_PARTITION__/part-"));
  EXPECT_THAT(files[3].path, testing::StartsWith("day=__HIVE_DEFAULT_PARTITION__/line=ünï/part-"));
  const PartitionValuesOfFile none{{"day", std::nullopt}, {"line", std::nullopt}};
  EXPECT_EQ(files[2].partition_values, none);
  EXPECT_EQ(files[0].partition_values,
            (PartitionValuesOfFile{{"day", "2024-02-29"}, {"line", "x/y=z %"}}));
  EXPECT_THAT(ReadRows(files[0]), ElementsAre(R"({"id":1})", R"({"id":3})"));
  EXPECT_THAT(ReadRows(files[2]), ElementsAre(R"({"id":4})", R"({"id":5})"));
  EXPECT_EQ(files[0].stats_json,
            R"({"numRecords":2,"minValues":{"id":1},"maxValues":{"id":3},"nullCount":{"id":0}})");
}

TEST_F(DataFileWriterTest, NullAndTheTextOfItsDirectoryAreDifferentPartitions) {
  const Schema schema{{Of("p", TypeKind::kString), Of("id", TypeKind::kLong)}};
  const auto files =
      WriteAll(schema, {R"({"p": null, "id": 1} {"p": "__HIVE_DEFAULT_PARTITION__", "id": 2})"},
               {.partition_by = {"p"}});
  ASSERT_EQ(files.size(), 2);
  EXPECT_EQ(files[0].partition_values[0].second, std::nullopt);
  EXPECT_EQ(files[1].partition_values[0].second, "__HIVE_DEFAULT_PARTITION__");
}

TEST_F(DataFileWriterTest, OldestPartitionIsClosedWhenTooManyAreOpen) {
  const Schema schema{{Of("p", TypeKind::kInt), Of("id", TypeKind::kLong)}};
  const auto files = WriteAll(
      schema, {R"({"p": 1, "id": 1} {"p": 2, "id": 2} {"p": 3, "id": 3})", R"({"p": 1, "id": 4})"},
      {.partition_by = {"p"}, .max_open_files = 2});
  std::vector<std::string> rows;
  for (const DataFile& file : files) {
    for (const std::string& row : ReadRows(file)) {
      rows.push_back(*file.partition_values[0].second + " " + row);
    }
  }
  EXPECT_THAT(rows, testing::UnorderedElementsAre(R"(1 {"id":1})", R"(2 {"id":2})", R"(3 {"id":3})",
                                                  R"(1 {"id":4})"));
  EXPECT_EQ(FilesOnDisk().size(), 4);
}

TEST_F(DataFileWriterTest, ManyRowsInterleavedOverPartitionsKeepTheirOrder) {
  const Schema schema{{Of("p", TypeKind::kString),
                       Of("id", TypeKind::kLong),
                       Of("s", TypeKind::kString),
                       {"a", DataType::Array(DataType(TypeKind::kInt))}}};
  constexpr int kRows = 3000;
  std::string rows;
  for (int i = 0; i < kRows; ++i) {
    const std::string id = std::to_string(i);
    rows += R"({"p": "p)" + std::to_string(i * i % 7) + R"(", "id": )" + id +
            (i % 5 == 0 ? "" : R"(, "s": "text )" + id + "\"") + R"(, "a": [)" + id + ", null]}";
  }
  const auto files = WriteAll(schema, {rows, rows}, {.partition_by = {"p"}});
  int64_t total = 0;
  for (const DataFile& file : files) {
    int64_t last = -1;
    for (const std::string& line : ReadRows(file)) {
      const json row = json::parse(line);
      const auto id = row["id"].get<int64_t>();
      EXPECT_EQ(file.partition_values[0].second, "p" + std::to_string(id * id % 7));
      EXPECT_EQ(row["s"], id % 5 == 0 ? json() : json("text " + std::to_string(id)));
      EXPECT_EQ(row["a"], (json{id, nullptr}));
      EXPECT_TRUE(id > last || id < 7) << "out of order";
      last = id;
      ++total;
    }
  }
  EXPECT_EQ(total, 2 * kRows);
}

TEST_F(DataFileWriterTest, RowGroupsAreClosedByRowsAndByBytes) {
  const auto write = [&](const WriterOptions& options) {
    auto writer = MakeWriter(VehiclePositionsSchema(), options);
    for (int64_t first = 0; first < 120'000; first += 20'000) {
      EXPECT_TRUE(writer->Write(VehiclePositions(first, 20'000)).ok());
    }
    return (*writer->Finish())[0];
  };
  const DataFile whole = write({});
  const DataFile by_rows = write({.row_group_rows = 50'000});
  const DataFile by_bytes =
      write({.compression = "none", .encoding = "compatible", .row_group_bytes = 1});
  EXPECT_THAT(RowGroups(whole), ElementsAre(120'000));
  EXPECT_THAT(RowGroups(by_rows), ElementsAre(50'000, 50'000, 20'000));
  EXPECT_GT(RowGroups(by_bytes).size(), 1U);
  EXPECT_EQ(by_rows.stats_json, whole.stats_json);
  EXPECT_EQ(by_bytes.stats_json, whole.stats_json);
}

TEST_F(DataFileWriterTest, FirstRowsOnlyAreRead) {
  const auto files = WriteAll(kIdAndName, {R"({"id": 1} {"id": 2} {"id": 3})"});
  EXPECT_THAT(ReadRows(files[0], 2),
              ElementsAre(R"({"id":1,"name":null})", R"({"id":2,"name":null})"));
  EXPECT_THAT(ReadRows(files[0], 0), IsEmpty());
}

TEST_F(DataFileWriterTest, AbandonedRowsLeaveNothing) {
  auto writer = MakeWriter(kIdAndName, {.partition_by = {"name"}, .max_open_files = 1});
  ASSERT_TRUE(
      writer->Write(BuildColumns(kIdAndName, R"({"id": 1, "name": "a"} {"id": 2, "name": "b"})"))
          .ok());
  EXPECT_THAT(FilesOnDisk(), testing::SizeIs(1));  // "a" is complete, "b" waits in memory
  EXPECT_GT(writer->buffered_bytes(), 0);
  writer->Abandon();
  EXPECT_THAT(FilesOnDisk(), IsEmpty());
  EXPECT_EQ(writer->buffered_bytes(), 0);
  // The next batch starts clean.
  writer->Begin(BatchId{8}, 0);
  ASSERT_TRUE(writer->Write(BuildColumns(kIdAndName, R"({"id": 3, "name": "c"})")).ok());
  auto files = writer->Finish();
  ASSERT_TRUE(files.ok());
  ASSERT_EQ(files->size(), 1);
  EXPECT_THAT((*files)[0].path, testing::StartsWith("name=c/part-00000-8-"));
}

TEST_F(DataFileWriterTest, DroppedWriterLeavesNothing) {
  auto writer = MakeWriter(kIdAndName, {.partition_by = {"name"}, .max_open_files = 1});
  ASSERT_TRUE(
      writer->Write(BuildColumns(kIdAndName, R"({"id": 1, "name": "a"} {"id": 2, "name": "b"})"))
          .ok());
  writer.reset();
  EXPECT_THAT(FilesOnDisk(), IsEmpty());
}

TEST_F(DataFileWriterTest, OtherColumnsAreRefused) {
  auto writer = MakeWriter(kIdAndName);
  const Schema other{{Of("id", TypeKind::kInt), Of("name", TypeKind::kString)}};
  const Status status = writer->Write(BuildColumns(other, R"({"id": 1})"));
  EXPECT_EQ(status.code(), "SCHEMA_CHANGED");
  EXPECT_THAT(status.message(), HasSubstr("id INT, name STRING"));
  EXPECT_THAT(status.message(), HasSubstr("id BIGINT, name STRING"));
}

TEST_F(DataFileWriterTest, MissingTableDirectory) {
  fs::remove_all(root_);
  auto writer = MakeWriter(kIdAndName);
  ASSERT_TRUE(writer->Write(BuildColumns(kIdAndName, R"({"id": 1})")).ok());
  const auto files = writer->Finish();
  ASSERT_FALSE(files.ok());
  EXPECT_TRUE(files.status().Is(ErrorKind::kStop));
  EXPECT_THAT(files.status().message(), HasSubstr(root_ + "/part-00003-7-"));
  EXPECT_THAT(files.status().message(), HasSubstr("No such file or directory"));
}

TEST_F(DataFileWriterTest, PartitionValueTooLongForADirectory) {
  auto writer = MakeWriter(kIdAndName, {.partition_by = {"name"}});
  const std::string rows = R"({"id": 1, "name": ")" + std::string(300, 'n') + "\"}";
  ASSERT_TRUE(writer->Write(BuildColumns(kIdAndName, rows)).ok());
  const auto files = writer->Finish();
  ASSERT_FALSE(files.ok());
  EXPECT_THAT(files.status().message(),
              HasSubstr("a partition value is too long for a directory name"));
}

TEST_F(DataFileWriterTest, BadOptionsAreRefusedAtOnce) {
  const auto code = [&](Schema schema, WriterOptions options) {
    auto writer = DataFileWriter::Make(root_, std::move(schema), std::move(options));
    return writer.ok() ? "OK" : writer.status().code() + ": " + writer.status().message();
  };
  EXPECT_THAT(code(kIdAndName, {.partition_by = {"nme"}}), HasSubstr("there is no column 'nme'"));
  EXPECT_THAT(code(kIdAndName, {.partition_by = {"id", "name"}}), HasSubstr("names every column"));
  EXPECT_THAT(code(kIdAndName, {.compression = "gzip"}), HasSubstr("zstd, snappy, none"));
  EXPECT_THAT(code(kIdAndName, {.encoding = "tiny"}), HasSubstr("compact, compatible"));
  const Schema nested{{Of("id", TypeKind::kLong),
                       {"l", DataType::Array(DataType(TypeKind::kVoid))},
                       Of("b", TypeKind::kBinary)}};
  EXPECT_THAT(code(nested, {}), HasSubstr("VOID_COLUMN: column 'l.element'"));
  const Schema binary{{Of("id", TypeKind::kLong), Of("b", TypeKind::kBinary)}};
  EXPECT_THAT(code(binary, {.partition_by = {"b"}}), HasSubstr("'b' is BINARY"));
}

TEST_F(DataFileWriterTest, UnreadableFilesAreNamed) {
  const auto files = WriteAll(kIdAndName, {R"({"id": 1})"});
  const std::string path = root_ + "/" + files[0].path;
  fs::resize_file(path, fs::file_size(path) - 3);
  const auto torn = ReadFile(path, -1);
  ASSERT_FALSE(torn.ok());
  EXPECT_THAT(torn.status().message(), HasSubstr(path));
  EXPECT_FALSE(ReadFile(root_ + "/absent.parquet", -1).ok());
}

}  // namespace

}  // namespace sluice::parquet
