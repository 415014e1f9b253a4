// SPDX-License-Identifier: Apache-2.0
#include "parquet/partition_value.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/testing/columns_builder.h"

namespace sluice::parquet {

namespace {

// The partition text of one value, given as JSON; "<null>" for null, "CODE" for an error.
std::string TextOf(const DataType& type, const std::string& json) {
  const Field field{"p", type, true};
  const Columns columns = BuildColumns(Schema{{field}}, "{\"p\": " + json + "}");
  const auto text = PartitionValueText(field, columns.column(0), 0);
  if (!text.ok()) return text.status().code();
  return text->value_or("<null>");
}

TEST(PartitionValueTest, TextIsDeltas) {
  EXPECT_EQ(TextOf(DataType(TypeKind::kBoolean), "true"), "true");
  EXPECT_EQ(TextOf(DataType(TypeKind::kBoolean), "false"), "false");
  EXPECT_EQ(TextOf(DataType(TypeKind::kByte), "-128"), "-128");
  EXPECT_EQ(TextOf(DataType(TypeKind::kShort), "32767"), "32767");
  EXPECT_EQ(TextOf(DataType(TypeKind::kInt), "-2147483648"), "-2147483648");
  EXPECT_EQ(TextOf(DataType(TypeKind::kLong), "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(TextOf(DataType(TypeKind::kFloat), "0.1"), "0.1");
  EXPECT_EQ(TextOf(DataType(TypeKind::kDouble), "3"), "3.0");
  EXPECT_EQ(TextOf(DataType(TypeKind::kDouble), "\"NaN\""), "NaN");
  EXPECT_EQ(TextOf(DataType::Decimal(10, 2), "\"-0.05\""), "-0.05");
  EXPECT_EQ(TextOf(DataType::Decimal(10, 2), "\"7\""), "7.00");
  EXPECT_EQ(TextOf(DataType(TypeKind::kString), "\"a b/c\""), "a b/c");
  EXPECT_EQ(TextOf(DataType(TypeKind::kDate), "\"2024-02-29\""), "2024-02-29");
  EXPECT_EQ(TextOf(DataType(TypeKind::kTimestamp), "\"2024-02-29 12:00:00.5\""),
            "2024-02-29T12:00:00.500000Z");
  EXPECT_EQ(TextOf(DataType(TypeKind::kTimestampNtz), "\"2024-02-29 12:00:00\""),
            "2024-02-29 12:00:00.000000");
}

TEST(PartitionValueTest, NullAndTheEmptyTextAreNull) {
  EXPECT_EQ(TextOf(DataType(TypeKind::kString), "null"), "<null>");
  EXPECT_EQ(TextOf(DataType(TypeKind::kString), "\"\""), "<null>");
  EXPECT_EQ(TextOf(DataType(TypeKind::kDate), "null"), "<null>");
}

TEST(PartitionValueTest, YearsThatReadersSpellDifferentlyAreRefused) {
  EXPECT_EQ(TextOf(DataType(TypeKind::kDate), "2932897"), "PARTITION_VALUE");
  EXPECT_EQ(TextOf(DataType(TypeKind::kTimestamp), "-62135596800000001"), "PARTITION_VALUE");
}

TEST(PartitionValueTest, ATextThatNoLogCanKeepIsRefusedByTheNameOfItsColumn) {
  const Field field{"line", DataType(TypeKind::kString), true};
  for (const std::string& bad :
       {std::string("a\0b", 3), std::string("\xff"), std::string("a\xc3")}) {
    const Columns columns =
        BuildColumns(Schema{{field}}, R"({"line": ")" + std::string(bad.size(), 'x') + "\"}");
    auto* bytes = static_cast<char*>(const_cast<void*>(columns.column(0).buffers[2]));
    std::copy(bad.begin(), bad.end(), bytes);
    const auto text = PartitionValueText(field, columns.column(0), 0);
    ASSERT_FALSE(text.ok());
    EXPECT_EQ(text.status().code(), "PARTITION_VALUE");
    for (const char* part : {"'line'", bad.size() == 3 ? "NUL" : "UTF-8", "filter such rows"}) {
      EXPECT_NE(text.status().message().find(part), std::string::npos) << text.status().message();
    }
  }
  EXPECT_EQ(TextOf(DataType(TypeKind::kString), "\"a\\u0000b\""), "PARTITION_VALUE");
  EXPECT_EQ(TextOf(DataType(TypeKind::kString), "\"\\u0001 ünï\""), "\x01 ünï");
}

TEST(PartitionValueTest, EscapesAsHiveDoes) {
  EXPECT_EQ(EscapePathName("plain-Text_1.5 ünï ~&$"), "plain-Text_1.5 ünï ~&$");
  EXPECT_EQ(EscapePathName("a/b=c%d"), "a%2Fb%3Dc%25d");
  EXPECT_EQ(EscapePathName("\"#'*:?\\{[]^"), "%22%23%27%2A%3A%3F%5C%7B%5B%5D%5E");
  EXPECT_EQ(EscapePathName("\x01\n\x7f"), "%01%0A%7F");
  EXPECT_EQ(EscapePathName("}"), "}");
}

TEST(PartitionValueTest, DirectoryOfSeveralColumns) {
  EXPECT_EQ(PartitionDirectory({}), "");
  EXPECT_EQ(PartitionDirectory({{"day", "2024-02-29"}, {"line:x", std::nullopt}}),
            "day=2024-02-29/line%3Ax=__HIVE_DEFAULT_PARTITION__");
}

}  // namespace

}  // namespace sluice::parquet
