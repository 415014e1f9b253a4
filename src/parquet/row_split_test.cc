// SPDX-License-Identifier: Apache-2.0
#include "parquet/row_split.h"

#include <gtest/gtest.h>

#include <set>

#include "core/columns_json.h"
#include "core/testing/columns_builder.h"
#include "parquet/testing/random_rows.h"

namespace sluice::parquet {

namespace {

using Ranges = std::vector<RowRange>;

std::vector<Ranges> Split(const Columns& columns, const std::vector<int>& by) {
  std::vector<Ranges> groups;
  for (const PartitionRows& rows : SplitByPartition(columns, by)) groups.push_back(rows.ranges);
  return groups;
}

TEST(RowSplitTest, OneValueIsOneRange) {
  const Schema schema{{{"p", DataType(TypeKind::kString)}}};
  EXPECT_EQ(Split(BuildColumns(schema, R"({"p": "a"} {"p": "a"} {"p": "a"})"), {0}),
            (std::vector<Ranges>{{{0, 3}}}));
}

TEST(RowSplitTest, NullAndEmptyAreOneValue) {
  const Schema schema{{{"p", DataType(TypeKind::kString)}}};
  EXPECT_EQ(Split(BuildColumns(schema, R"({"p": ""} {} {"p": "a"} {"p": null})"), {0}),
            (std::vector<Ranges>{{{0, 2}, {3, 4}}, {{2, 3}}}));
}

TEST(RowSplitTest, AllNotANumbersAreOneValue) {
  const Schema schema{{{"p", DataType(TypeKind::kDouble)}}};
  EXPECT_EQ(Split(BuildColumns(schema, R"({"p": "NaN"} {"p": 1} {"p": "NaN"})"), {0}),
            (std::vector<Ranges>{{{0, 1}, {2, 3}}, {{1, 2}}}));
}

TEST(RowSplitTest, TextsOfSeveralColumnsDoNotRunTogether) {
  const Schema schema{{{"p", DataType(TypeKind::kString)}, {"q", DataType(TypeKind::kString)}}};
  EXPECT_EQ(
      Split(BuildColumns(schema,
                         R"({"p": "ab", "q": "c"} {"p": "a", "q": "bc"} {"p": "ab", "q": "c"})"),
            {0, 1}),
      (std::vector<Ranges>{{{0, 1}, {2, 3}}, {{1, 2}}}));
}

// Against the obvious way: group rows by the text of their value.
TEST(RowSplitTest, EveryTypeIsSplitByValue) {
  const Schema schema = EveryTypeSchema();
  const Columns columns = BuildColumns(schema, RandomRows(schema, 500, 3));
  for (size_t i = 0; i < schema.fields.size() && !schema.fields[i].type.is_nested(); ++i) {
    if (schema.fields[i].type.kind() == TypeKind::kBinary) continue;
    std::vector<std::string> value_of(500);
    for (int64_t row = 0; row < 500; ++row) {
      AppendValueJson(schema.fields[i].type, columns.column(i), row,
                      &value_of[static_cast<size_t>(row)]);
      if (value_of[static_cast<size_t>(row)] == "\"\"") value_of[static_cast<size_t>(row)] = "null";
    }
    std::set<std::string> seen;
    int64_t rows = 0;
    for (const PartitionRows& group : SplitByPartition(columns, {static_cast<int>(i)})) {
      const std::string value = value_of[static_cast<size_t>(group.first_row())];
      EXPECT_TRUE(seen.insert(value).second)
          << schema.fields[i].name << ": two groups of " << value;
      int64_t last = -1;
      for (const RowRange range : group.ranges) {
        EXPECT_LT(last, range.begin);
        for (last = range.begin; last < range.end; ++last, ++rows) {
          EXPECT_EQ(value_of[static_cast<size_t>(last)], value);
        }
      }
    }
    EXPECT_EQ(rows, 500);
  }
}

}  // namespace

}  // namespace sluice::parquet
