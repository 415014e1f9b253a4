// SPDX-License-Identifier: Apache-2.0
#include "cli/table_rows.h"

#include <gtest/gtest.h>

#include "core/columns_json.h"
#include "core/testing/columns_builder.h"

namespace sluice::cli {
namespace {

TEST(CompleteRows, AddsPartitionValuesAndColumnsThatTheFileLacks) {
  delta::TableInfo info;
  info.schema = Schema{{{"id", DataType(TypeKind::kLong)},
                        {"day", DataType(TypeKind::kDate)},
                        {"hour", DataType(TypeKind::kInt)},
                        {"region", DataType(TypeKind::kString)},
                        {"later", DataType::Struct({{"x", DataType(TypeKind::kInt)}})}}};
  DataFile file;
  file.partition_values = {{"day", "2026-01-31"}, {"hour", "7"}, {"region", std::nullopt}};
  Columns rows =
      BuildColumns(Schema{{{"id", DataType(TypeKind::kLong)}}}, R"({"id": 1} {"id": null})");
  const Columns complete = CompleteRows(std::move(rows), file, info);
  std::string text;
  for (int64_t row = 0; row < complete.num_rows(); ++row) AppendRowJson(complete, row, &text);
  EXPECT_EQ(text, R"({"id":1,"day":"2026-01-31","hour":7,"region":null,"later":null})"
                  R"({"id":null,"day":"2026-01-31","hour":7,"region":null,"later":null})");
}

std::string Rows(const Columns& columns) {
  std::string text;
  for (int64_t row = 0; row < columns.num_rows(); ++row) AppendRowJson(columns, row, &text);
  return text;
}

// The table got fields inside its columns, lost some and has them in another order.
TEST(CompleteRows, NestedFieldsAreThoseThatTheTableHasNow) {
  const DataType number(TypeKind::kInt);
  const auto wider = [&](const char* first, const char* second) {
    return DataType::Struct({{first, number}, {second, number}});
  };
  delta::TableInfo info;
  info.schema = Schema{{{"s", wider("new", "x")},
                        {"list", DataType::Array(wider("x", "new"))},
                        {"map", DataType::Map(DataType(TypeKind::kString), wider("x", "new"))}}};
  const DataType old = wider("x", "dropped");
  const Schema found{{{"map", DataType::Map(DataType(TypeKind::kString), old)},
                      {"list", DataType::Array(old)},
                      {"s", old}}};
  Columns rows = BuildColumns(
      found,
      R"({"s": {"x": 1, "dropped": 2}, "list": [{"x": 3}, null], "map": {"k": {"x": 4}}} {})");
  const Columns complete = CompleteRows(std::move(rows), DataFile(), info);
  EXPECT_EQ(Rows(complete), R"({"s":{"new":null,"x":1},"list":[{"x":3,"new":null},null],)"
                            R"("map":{"k":{"x":4,"new":null}}}{"s":null,"list":null,"map":null})");
  EXPECT_EQ(complete.schema().ToDdl(), info.schema.ToDdl());
}

TEST(ReadFirstRows, RefusesAFileWithDeletedRows) {
  delta::TableContent table;
  table.path = "/nowhere";
  table.files.emplace_back();
  table.files[0].path = "a.parquet";
  table.files[0].deleted_rows = 3;
  const auto rows = ReadFirstRows(table, 10);
  EXPECT_EQ(rows.status().code(), "UNSUPPORTED_FEATURE");
  EXPECT_NE(rows.status().message().find("hides 3 rows of /nowhere/a.parquet"), std::string::npos);
  EXPECT_TRUE(ReadFirstRows(table, 0).ok());
}

}  // namespace
}  // namespace sluice::cli
