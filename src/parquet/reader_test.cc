// SPDX-License-Identifier: Apache-2.0
#include "parquet/reader.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/io/file.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>
#include <unistd.h>

#include <filesystem>

#include "core/columns_json.h"

namespace sluice::parquet {

namespace {

// A file as Spark writes it by default: timestamps of 96 bits, in a list as well as alone.
void WriteInt96(const std::string& path) {
  const auto micros = arrow::timestamp(arrow::TimeUnit::MICRO);
  auto times = std::make_shared<arrow::TimestampBuilder>(micros, arrow::default_memory_pool());
  arrow::ListBuilder lists(arrow::default_memory_pool(), times);
  arrow::TimestampBuilder alone(micros, arrow::default_memory_pool());
  ASSERT_TRUE(alone.Append(-5).ok());
  ASSERT_TRUE(lists.Append().ok());
  ASSERT_TRUE(times->Append(1'000'003).ok());
  ASSERT_TRUE(alone.AppendNull().ok());
  ASSERT_TRUE(lists.AppendNull().ok());
  const auto schema =
      arrow::schema({arrow::field("at", micros), arrow::field("l", arrow::list(micros))});
  const auto table = arrow::Table::Make(schema, {*alone.Finish(), *lists.Finish()});
  const auto options =
      ::parquet::ArrowWriterProperties::Builder().enable_deprecated_int96_timestamps()->build();
  const auto file = *arrow::io::FileOutputStream::Open(path);
  ASSERT_TRUE(::parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), file, 1024,
                                           ::parquet::default_writer_properties(), options)
                  .ok());
  ASSERT_TRUE(file->Close().ok());
}

TEST(ReaderTest, TimestampsOf96BitsAreInstants) {
  const std::string path =
      testing::TempDir() + "sluice_int96_" + std::to_string(::getpid()) + ".parquet";
  WriteInt96(path);
  const auto read = ReadFile(path, -1);
  std::filesystem::remove(path);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ((*read)[0].schema().ToDdl(), "at TIMESTAMP, l ARRAY<TIMESTAMP>");
  std::string rows;
  for (int64_t row = 0; row < 2; ++row) AppendRowJson((*read)[0], row, &rows);
  EXPECT_EQ(rows, R"({"at":"1969-12-31T23:59:59.999995Z","l":["1970-01-01T00:00:01.000003Z"]})"
                  R"({"at":null,"l":null})");
}

}  // namespace

}  // namespace sluice::parquet
