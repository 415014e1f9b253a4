// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string_view>

#include "core/data_type.h"

namespace sluice {

namespace {

Field Of(const std::string& name, TypeKind kind) { return {name, DataType(kind), true}; }

// Exports and imports again.
Result<Schema> RoundTrip(const Schema& schema) {
  ArrowSchema exported;
  ExportSchema(schema, &exported);
  Result<Schema> imported = ImportSchema(exported);
  exported.release(&exported);
  EXPECT_EQ(exported.release, nullptr);
  return imported;
}

// Imports a schema of one column "c" of an Arrow format.
Result<Schema> ImportFormat(const char* format) {
  ArrowSchema column{};
  column.format = format;
  column.name = "c";
  column.flags = ARROW_FLAG_NULLABLE;
  ArrowSchema* children[] = {&column};
  ArrowSchema root{};
  root.format = "+s";
  root.n_children = 1;
  root.children = children;
  return ImportSchema(root);
}

TEST(ArrowSchemaTest, EveryTypeComesBack) {
  const DataType inner =
      DataType::Struct({Of("n", TypeKind::kInt), {"s", DataType(TypeKind::kString), false}});
  const Schema schema{
      {Of("bo", TypeKind::kBoolean),
       Of("by", TypeKind::kByte),
       Of("sh", TypeKind::kShort),
       Of("i", TypeKind::kInt),
       Of("l", TypeKind::kLong),
       Of("f", TypeKind::kFloat),
       Of("d", TypeKind::kDouble),
       Of("s", TypeKind::kString),
       Of("bi", TypeKind::kBinary),
       Of("da", TypeKind::kDate),
       Of("ts", TypeKind::kTimestamp),
       Of("nt", TypeKind::kTimestampNtz),
       Of("v", TypeKind::kVoid),
       {"de", DataType::Decimal(38, 18)},
       {"st", inner, false},
       {"ar", DataType::Array(inner, false)},
       {"ma", DataType::Map(DataType(TypeKind::kString), DataType::Array(inner), false)}}};
  const Result<Schema> back = RoundTrip(schema);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, schema) << back->ToDdl();
}

TEST(ArrowSchemaTest, NoColumnsComeBackToo) { EXPECT_EQ(*RoundTrip(Schema{}), Schema{}); }

TEST(ArrowSchemaTest, FormatsAreThoseOfTheSpecification) {
  const auto format_of = [](const DataType& type) {
    ArrowSchema exported;
    ExportField({"c", type, true}, &exported);
    const std::string format = exported.format;
    exported.release(&exported);
    return format;
  };
  EXPECT_EQ(format_of(DataType(TypeKind::kTimestamp)), "tsu:UTC");
  EXPECT_EQ(format_of(DataType(TypeKind::kTimestampNtz)), "tsu:");
  EXPECT_EQ(format_of(DataType(TypeKind::kDate)), "tdD");
  EXPECT_EQ(format_of(DataType::Decimal(10, 2)), "d:10,2");
  EXPECT_EQ(format_of(DataType::Map(DataType(TypeKind::kInt), DataType(TypeKind::kInt))), "+m");
}

TEST(ArrowSchemaTest, MapHasItsEntries) {
  ArrowSchema exported;
  ExportField({"m", DataType::Map(DataType(TypeKind::kString), DataType(TypeKind::kInt)), true},
              &exported);
  ASSERT_EQ(exported.n_children, 1);
  const ArrowSchema& entries = *exported.children[0];
  EXPECT_EQ(std::string_view(entries.name), "entries");
  EXPECT_EQ(std::string_view(entries.format), "+s");
  EXPECT_EQ(entries.flags & ARROW_FLAG_NULLABLE, 0);
  EXPECT_EQ(std::string_view(entries.children[0]->name), "key");
  EXPECT_EQ(entries.children[0]->flags & ARROW_FLAG_NULLABLE, 0);
  EXPECT_EQ(std::string_view(entries.children[1]->name), "value");
  exported.release(&exported);
}

TEST(ArrowSchemaTest, OtherZonesAreTimestampsAsWell) {
  EXPECT_EQ(ImportFormat("tsu:Europe/Berlin")->fields[0].type, DataType(TypeKind::kTimestamp));
}

TEST(ArrowSchemaTest, TypesThatNothingMakesAreRefusedByName) {
  for (const char* format :
       {"C", "S", "I", "L", "U", "Z", "tss:UTC", "tsn:", "tdm", "d:50,2,256", "d:0,0", "+L", "e"}) {
    const Result<Schema> schema = ImportFormat(format);
    ASSERT_FALSE(schema.ok()) << format;
    EXPECT_TRUE(schema.status().Is(ErrorKind::kStop));
    EXPECT_NE(schema.status().message().find(format), std::string::npos)
        << schema.status().message();
    EXPECT_NE(schema.status().message().find("column 'c'"), std::string::npos);
  }
}

}  // namespace

}  // namespace sluice
