// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "delta/schema_json.h"
#include "delta/table.h"

namespace sluice::delta {
namespace {

const DataType kLong(TypeKind::kLong);
const DataType kInt(TypeKind::kInt);
const DataType kString(TypeKind::kString);

TableInfo TableOf(std::vector<Field> fields, std::vector<std::string> partition_columns = {}) {
  TableInfo info;
  info.schema.fields = std::move(fields);
  info.partition_columns = std::move(partition_columns);
  return info;
}

// "s.a.x BIGINT, y STRING"
std::string Text(const std::vector<NewColumn>& columns) {
  std::string text;
  for (const NewColumn& column : columns) {
    text += text.empty() ? "" : ", ";
    for (const std::string& name : column.parent) text += name + ".";
    text += column.field.name + " " + column.field.type.ToDdl();
    EXPECT_TRUE(column.field.nullable);
  }
  return text;
}

// The message of the refusal, or "fits: <schema of the files> + <new columns>".
std::string Fit(const TableInfo& table, const Schema& data, bool merge_schema = false,
                const std::vector<std::string>& partition_by = {}) {
  const auto fit = FitSchema(table, data, partition_by, merge_schema);
  if (fit.ok()) return "fits: " + fit->file_schema.ToDdl() + " + " + Text(fit->new_columns);
  EXPECT_EQ(fit.status().code(), "SCHEMA_MISMATCH");
  EXPECT_TRUE(fit.status().Is(ErrorKind::kExit));
  return fit.status().message();
}

TEST(SchemaFitTest, EqualColumnsFit) {
  EXPECT_EQ(Fit(TableOf({{"id", kLong}, {"name", kString}}), {{{"id", kLong}, {"name", kString}}}),
            "fits: id BIGINT, name STRING + ");
}

TEST(SchemaFitTest, NamesMatchWithoutCaseAndTakeTheSpellingOfTheTable) {
  EXPECT_EQ(Fit(TableOf({{"Id", kLong}, {"pos", DataType::Struct({{"Lat", kLong}})}}),
                {{{"POS", DataType::Struct({{"lat", kLong}})}, {"id", kLong}}}),
            "fits: pos STRUCT<Lat: BIGINT>, Id BIGINT + ");
}

TEST(SchemaFitTest, MissingColumnsAreNull) {
  EXPECT_EQ(Fit(TableOf({{"id", kLong}, {"pos", DataType::Struct({{"x", kLong}, {"y", kLong}})}}),
                {{{"pos", DataType::Struct({{"y", kLong}})}}}),
            "fits: pos STRUCT<y: BIGINT> + ");
}

TEST(SchemaFitTest, NullabilityOfElementsDoesNotCount) {
  const auto table = TableOf({{"tags", DataType::Array(kString, true)}});
  EXPECT_EQ(Fit(table, {{{"tags", DataType::Array(kString, false)}}}),
            "fits: tags ARRAY<STRING> + ");
}

TEST(SchemaFitTest, EveryMismatchIsNamedWithBothTypes) {
  const auto table = TableOf({{"a", kLong},
                              {"b", DataType::Decimal(10, 2)},
                              {"c", DataType::Struct({{"d", kString}})},
                              {"e", DataType::Map(kString, kLong)}});
  const std::string text = Fit(table, {{{"a", kInt},
                                        {"b", DataType::Decimal(10, 3)},
                                        {"c", DataType::Struct({{"d", kLong}, {"x", kLong}})},
                                        {"e", DataType::Map(kString, kString)},
                                        {"f", kLong}}});
  for (const char* line : {"column `a`: the table has BIGINT, the data INT",
                           "column `b`: the table has DECIMAL(10,2), the data DECIMAL(10,3)",
                           "column `c.d`: the table has STRING, the data BIGINT",
                           "column `c.x` (BIGINT): the table has none (mergeSchema: true would "
                           "add",
                           "column `e.value`: the table has BIGINT, the data STRING",
                           "column `f` (BIGINT): the table has none"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << " in\n" << text;
  }
}

TEST(SchemaFitTest, MergeSchemaAddsWholeColumnsAtTheEnd) {
  const auto table = TableOf({{"a", kLong}});
  EXPECT_EQ(Fit(table, {{{"b", kString}, {"a", kLong}, {"c", kInt}}}, true),
            "fits: b STRING, a BIGINT, c INT + b STRING, c INT");
}

TEST(SchemaFitTest, MergeSchemaAddsNestedFieldsUnderTheTablesSpelling) {
  const DataType pair = DataType::Struct({{"x", kLong}});
  const auto table = TableOf({{"S", DataType::Struct({{"Inner", pair}, {"b", kString}})},
                              {"list", DataType::Array(pair)},
                              {"map", DataType::Map(kString, DataType::Array(pair))}});
  const DataType wider = DataType::Struct({{"new", kInt}, {"X", kLong}});
  const Schema data{{{"map", DataType::Map(kString, DataType::Array(wider))},
                     {"list", DataType::Array(wider)},
                     {"s", DataType::Struct({{"c", kString}, {"inner", wider}})}}};
  EXPECT_EQ(Fit(table, data, true),
            "fits: map MAP<STRING, ARRAY<STRUCT<new: INT, x: BIGINT>>>, "
            "list ARRAY<STRUCT<new: INT, x: BIGINT>>, "
            "S STRUCT<c: STRING, Inner: STRUCT<new: INT, x: BIGINT>> + "
            "map.value.element.new INT, list.element.new INT, S.c STRING, "
            "S.Inner.new INT");
  const std::string refused = Fit(table, data);
  for (const char* name : {"`map.value.element.new` (INT)", "`list.element.new` (INT)",
                           "`S.c` (STRING)", "`S.Inner.new` (INT)"}) {
    EXPECT_NE(refused.find(name), std::string::npos) << name << " in\n" << refused;
  }
}

TEST(SchemaFitTest, MergeSchemaChangesNoType) {
  EXPECT_NE(Fit(TableOf({{"a", kLong}}), {{{"a", kString}}}, true)
                .find("the table has BIGINT, the data STRING"),
            std::string::npos);
}

TEST(SchemaFitTest, MergeSchemaNeedsTheFeatureForTimestampNtz) {
  TableInfo table = TableOf({{"a", kLong}});
  const Schema data{{{"a", kLong}, {"at", DataType(TypeKind::kTimestampNtz)}}};
  EXPECT_NE(Fit(table, data, true).find("timestampNtz"), std::string::npos);
  table.min_writer_version = 7;
  EXPECT_EQ(Fit(table, data, true), "fits: a BIGINT, at TIMESTAMP_NTZ + at TIMESTAMP_NTZ");

  table = TableOf({{"s", DataType::Struct({{"a", kLong}})}});
  const Schema nested{{{"s", DataType::Struct({{"at", DataType(TypeKind::kTimestampNtz)}})}}};
  EXPECT_NE(Fit(table, nested, true).find("`s.at` (TIMESTAMP_NTZ): the table lacks the feature"),
            std::string::npos);
}

TEST(SchemaFitTest, DuplicateAndVoidColumnsAreRefused) {
  const std::string text =
      Fit(TableOf({{"a", kLong}}), {{{"a", kLong}, {"A", kLong}, {"v", DataType()}}}, true);
  EXPECT_NE(text.find("column `A`: the data has it twice"), std::string::npos) << text;
  EXPECT_NE(text.find("VOID"), std::string::npos) << text;
  const auto table = TableOf({{"s", DataType::Struct({{"x", kLong}})}});
  EXPECT_NE(Fit(table, {{{"s", DataType::Struct({{"y", kLong}, {"Y", kLong}})}}}, true)
                .find("column `s.Y`: the data has it twice"),
            std::string::npos);
}

TEST(SchemaFitTest, PartitioningIsTheTablesOrNotNamed) {
  const auto table = TableOf({{"a", kLong}, {"day", kString}}, {"day"});
  const Schema data{{{"a", kLong}, {"day", kString}}};
  const std::string fits = "fits: a BIGINT, day STRING + ";
  EXPECT_EQ(Fit(table, data), fits);
  EXPECT_EQ(Fit(table, data, false, {"DAY"}), fits);
  EXPECT_EQ(Fit(table, data, false, {"a"}),
            "the columns of this query do not fit the table:\n  - partitionBy: the table is "
            "partitioned by [day], the configuration says [a]\nNothing was written. Set "
            "sink.partitionBy to [day], or write to a new table.");
  EXPECT_TRUE(Fit(TableOf({{"a", kLong}}), {{{"a", kInt}}}, false, {"a"})
                  .ends_with("Nothing was written. Leave sink.partitionBy out, or write to a new "
                             "table. Change `sql` (CAST, column names) or the table."));
  EXPECT_NE(Fit(table, {{{"a", kLong}}}).find("column `day`: the table is partitioned by it"),
            std::string::npos);
}

TEST(SchemaJsonTest, SparksSchemaGoesThereAndBack) {
  const Schema schema{
      {{"b", DataType(TypeKind::kBoolean)},
       {"t", DataType(TypeKind::kByte)},
       {"s", DataType(TypeKind::kShort)},
       {"d", DataType::Decimal(38, 18)},
       {"bin", DataType(TypeKind::kBinary)},
       {"at", DataType(TypeKind::kTimestamp)},
       {"n", DataType::Struct({{"x", DataType::Array(DataType(TypeKind::kFloat), false), false}})},
       {"m", DataType::Map(kString, DataType(TypeKind::kTimestampNtz), false)}}};
  EXPECT_EQ(ParseSchemaJson(ToSchemaJson(schema, false)).value(), schema);
  EXPECT_EQ(
      ToSchemaJson({{{"x", DataType::Array(kInt, false), false}}}, true),
      R"({"type":"struct","fields":[{"name":"x","type":{"type":"array","elementType":"integer",)"
      R"("containsNull":true},"nullable":true,"metadata":{}}]})");
}

TEST(SchemaJsonTest, AForeignTypeIsNamedWithItsColumn) {
  const auto schema = ParseSchemaJson(
      R"({"type":"struct","fields":[{"name":"n","type":{"type":"struct","fields":[)"
      R"({"name":"v","type":"variant","nullable":true,"metadata":{}}]},"nullable":true,"metadata":{}}]})");
  ASSERT_FALSE(schema.ok());
  EXPECT_EQ(schema.status().code(), "UNSUPPORTED_FEATURE");
  EXPECT_NE(schema.status().message().find("`n.v` has the type variant"), std::string::npos);
}

TEST(SchemaJsonTest, BrokenTextIsAnError) {
  EXPECT_EQ(ParseSchemaJson("{").status().code(), "TABLE_LOG.UNREADABLE");
  EXPECT_EQ(ParseSchemaJson(R"({"type":"struct"})").status().code(), "TABLE_LOG.UNREADABLE");
}

}  // namespace
}  // namespace sluice::delta
