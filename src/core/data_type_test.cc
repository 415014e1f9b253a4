// SPDX-License-Identifier: Apache-2.0
#include "core/data_type.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(DataTypeTest, DdlOfEveryKind) {
  const Schema schema{
      {{"b", DataType(TypeKind::kBoolean)},
       {"a b", DataType(TypeKind::kByte)},
       {"back`quote", DataType(TypeKind::kShort)},
       {"i", DataType(TypeKind::kInt), false},
       {"d", DataType::Decimal(10, 2)},
       {"l",
        DataType::Array(DataType::Map(DataType(TypeKind::kString), DataType(TypeKind::kFloat)))},
       {"s", DataType::Struct({{"at", DataType(TypeKind::kTimestampNtz)}, {"v", DataType()}})}}};
  EXPECT_EQ(schema.ToDdl(),
            "b BOOLEAN, `a b` TINYINT, `back``quote` SMALLINT, i INT NOT NULL, d DECIMAL(10,2), "
            "l ARRAY<MAP<STRING, FLOAT>>, s STRUCT<at: TIMESTAMP_NTZ, v: VOID>");
}

TEST(DataTypeTest, EqualityLooksAtNamesAndParameters) {
  EXPECT_EQ(DataType::Decimal(10, 2), DataType::Decimal(10, 2));
  EXPECT_NE(DataType::Decimal(10, 2), DataType::Decimal(10, 3));
  const DataType a = DataType::Struct({{"x", DataType(TypeKind::kInt)}});
  EXPECT_EQ(a, DataType::Struct({{"x", DataType(TypeKind::kInt)}}));
  EXPECT_NE(a, DataType::Struct({{"X", DataType(TypeKind::kInt)}}));
  EXPECT_NE(a, DataType::Struct({{"x", DataType(TypeKind::kInt), false}}));
}

TEST(SchemaTest, FindPrefersTheExactName) {
  const Schema schema{
      {{"A", DataType(TypeKind::kInt)}, {"a", DataType(TypeKind::kLong)}, {"Bc", DataType()}}};
  EXPECT_EQ(schema.Find("a"), 1);
  EXPECT_EQ(schema.Find("A"), 0);
  EXPECT_EQ(schema.Find("bC"), 2);
  EXPECT_EQ(schema.Find("d"), -1);
}

}  // namespace
}  // namespace sluice
