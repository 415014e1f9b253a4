// SPDX-License-Identifier: Apache-2.0
//
// Texts that were numbered before Arrow saw them make the same file as plain ones.
#include "parquet/file_encoder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/columns_json.h"
#include "core/testing/columns_builder.h"
#include "parquet/reader.h"
#include "parquet/row_buffer.h"
#include "parquet/testing/random_rows.h"

namespace sluice::parquet {

namespace {

struct Written {
  std::vector<std::string> rows;
  std::string stats;
};

class FileEncoderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "parquet_encoder_XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  // One row group for each of `groups`.
  Written Write(const Schema& schema, const std::vector<std::string>& groups, bool numbered) {
    EncodingChoice choice(schema, true);
    const std::string path = root_ + "/" + std::to_string(files_++);
    auto encoder = FileEncoder::Make(*OutputFile::Create(path), schema, {}, choice);
    EXPECT_TRUE(encoder.ok()) << encoder.status().ToString();
    for (const std::string& rows : groups) {
      const Columns columns = BuildColumns(schema, rows);
      RowBuffer buffer(schema, std::vector<bool>(schema.fields.size(), numbered));
      std::vector<const ArrowArray*> views;
      for (size_t i = 0; i < columns.num_columns(); ++i) views.push_back(&columns.column(i));
      buffer.Append(views, {{0, columns.num_rows()}});
      const Status status = (*encoder)->WriteRowGroup(buffer.view());
      EXPECT_TRUE(status.ok()) << status.ToString();
    }
    auto encoded = (*encoder)->Finish();
    EXPECT_TRUE(encoded.ok()) << encoded.status().ToString();
    return {ReadRows(path), encoded->stats_json};
  }

  static std::vector<std::string> ReadRows(const std::string& path) {
    std::vector<std::string> rows;
    const auto read = ReadFile(path, -1);
    EXPECT_TRUE(read.ok()) << read.status().ToString();
    for (const Columns& columns : *read) {
      for (int64_t row = 0; row < columns.num_rows(); ++row) {
        AppendRowJson(columns, row, &rows.emplace_back());
      }
    }
    return rows;
  }

  std::string root_;
  int files_ = 0;
};

TEST_F(FileEncoderTest, NumberedTextsMakeTheSameFile) {
  const Schema schema{{{"a", DataType(TypeKind::kString)}, {"b", DataType(TypeKind::kString)}}};
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<std::string> groups{RandomRows(schema, 100, seed),
                                          RandomRows(schema, 1, seed + 50),
                                          RandomRows(schema, 300, seed + 100)};
    const Written plain = Write(schema, groups, false);
    const Written numbered = Write(schema, groups, true);
    EXPECT_EQ(numbered.rows.size(), 401U);
    EXPECT_EQ(numbered.rows, plain.rows);
    EXPECT_EQ(numbered.stats, plain.stats);
  }
}

TEST_F(FileEncoderTest, NumberedColumnOfNullsAlone) {
  const Schema schema{{{"a", DataType(TypeKind::kString)}}};
  const Written numbered = Write(schema, {"{} {}", R"({"a": "x"})", "{}"}, true);
  EXPECT_EQ(numbered.rows, (std::vector<std::string>{R"({"a":null})", R"({"a":null})",
                                                     R"({"a":"x"})", R"({"a":null})"}));
  EXPECT_EQ(numbered.stats,
            R"({"numRecords":4,"minValues":{"a":"x"},"maxValues":{"a":"x"},"nullCount":{"a":3}})");
  const Written nulls = Write(schema, {"{} {}"}, true);
  EXPECT_EQ(nulls.stats, R"({"numRecords":2,"minValues":{},"maxValues":{},"nullCount":{"a":2}})");
}

}  // namespace

}  // namespace sluice::parquet
