// SPDX-License-Identifier: Apache-2.0
#include "core/columns_json.h"

#include <gtest/gtest.h>

#include "core/testing/columns_builder.h"

namespace sluice {
namespace {

Field Of(const std::string& name, const DataType& type) { return {name, type, true}; }
Field Of(const std::string& name, TypeKind kind) { return {name, DataType(kind), true}; }

std::string Rows(const Columns& columns) {
  std::string lines;
  for (int64_t row = 0; row < columns.num_rows(); ++row) {
    AppendRowJson(columns, row, &lines);
    lines += '\n';
  }
  return lines;
}

TEST(ColumnsJsonTest, NumbersLoseNothing) {
  const Schema schema{{Of("l", TypeKind::kLong), Of("d", TypeKind::kDouble),
                       Of("f", TypeKind::kFloat), Of("m", DataType::Decimal(20, 4)),
                       Of("y", TypeKind::kByte), Of("b", TypeKind::kBoolean)}};
  const Columns columns = BuildColumns(schema, R"(
      {"l": 9007199254740993, "d": 0.1, "f": 0.1, "m": "1234567890123456.7800", "y": -128, "b": true}
      {"l": -9223372036854775808, "d": 1e300, "f": 3, "m": "-0.0001", "y": 127, "b": false}
      {"d": "NaN", "f": "-Infinity"})");
  EXPECT_EQ(Rows(columns),
            R"({"l":9007199254740993,"d":0.1,"f":0.1,"m":1234567890123456.7800,"y":-128,"b":true}
{"l":-9223372036854775808,"d":1e+300,"f":3.0,"m":-0.0001,"y":127,"b":false}
{"l":null,"d":"NaN","f":"-Infinity","m":null,"y":null,"b":null}
)");
}

TEST(ColumnsJsonTest, TimesTextsAndNesting) {
  const Schema schema{
      {Of("ts", TypeKind::kTimestamp), Of("tn", TypeKind::kTimestampNtz), Of("dt", TypeKind::kDate),
       Of("x", TypeKind::kBinary), Of("s", TypeKind::kString),
       Of("a", DataType::Array(DataType::Struct({Of("q", TypeKind::kInt)}))),
       Of("m", DataType::Map(DataType(TypeKind::kString), DataType(TypeKind::kInt)))}};
  const Columns columns = BuildColumns(schema, R"(
      {"ts": "2024-03-10 02:30:00.5", "tn": "2024-03-10 02:30:00", "dt": "2024-02-29", "x": "hi", "s": "q\"é",
       "a": [{"q": 1}, null, {"q": null}], "m": [["k", 1], ["k", null]]}
      {"a": [], "m": {}})");
  EXPECT_EQ(
      Rows(columns),
      R"({"ts":"2024-03-10T02:30:00.500000Z","tn":"2024-03-10T02:30:00.000000","dt":"2024-02-29","x":"aGk=",)"
      R"("s":"q\"é","a":[{"q":1},null,{"q":null}],"m":{"k":1,"k":null}}
{"ts":null,"tn":null,"dt":null,"x":null,"s":null,"a":[],"m":{}}
)");
}

TEST(FormatTableTest, AlignsAndCuts) {
  const Schema schema{
      {Of("id", TypeKind::kLong), Of("name", TypeKind::kString), Of("at", TypeKind::kDate)}};
  Columns batches[2] = {
      BuildColumns(schema, R"({"id": 1, "name": "Zürich", "at": "2024-02-29"})"),
      BuildColumns(schema, R"({"id": 1234, "name": "a much longer\nname", "at": null})")};
  EXPECT_EQ(FormatTable(batches, 2, 10),
            "id     | name       | at\n"
            "BIGINT | STRING     | DATE\n"
            "-------+------------+-----------\n"
            "     1 | Zürich     | 2024-02-29\n"
            "  1234 | a much lo… | null\n");
  EXPECT_EQ(FormatTable(batches, 0, 10), "");
}

}  // namespace
}  // namespace sluice
