// SPDX-License-Identifier: Apache-2.0
#include "decode/column_builder.h"

#include <gtest/gtest.h>

#include "core/columns_json.h"
#include "decode/arrow_export.h"
#include "decode/schema_ddl.h"

namespace sluice::decode {
namespace {

// The finished column as JSON values, and its null_count.
std::string Finished(ColumnBuilder* builder) {
  ArrowArray array{};
  builder->Finish(&array);
  std::string out;
  for (int64_t row = 0; row < array.length; ++row) {
    AppendValueJson(builder->type(), array, row, &out);
    out += ' ';
  }
  out += "nulls " + std::to_string(array.null_count);
  if (array.n_buffers > 0 && array.buffers[0] == nullptr && array.null_count == 0)
    out += ", no bitmap";
  array.release(&array);
  return out;
}

TEST(ColumnBuilderTest, BitmapOnlyWithNulls) {
  ColumnBuilder ints{DataType(TypeKind::kInt)};
  for (int32_t i = 0; i < 3; ++i) ints.Append(i);
  EXPECT_EQ(Finished(&ints), "0 1 2 nulls 0, no bitmap");
  ints.Append<int32_t>(7);
  ints.AppendNull();
  EXPECT_EQ(Finished(&ints), "7 null nulls 1");
  EXPECT_EQ(Finished(&ints), "nulls 0, no bitmap");
}

TEST(ColumnBuilderTest, BooleansBecomeBits) {
  ColumnBuilder booleans{DataType(TypeKind::kBoolean)};
  for (int i = 0; i < 10; ++i) booleans.Append<uint8_t>(i % 3 == 0);
  booleans.AppendNull();
  EXPECT_EQ(Finished(&booleans),
            "true false false true false false true false false true null nulls 1");
}

TEST(ColumnBuilderTest, ANullStructHasNullChildren) {
  ColumnBuilder s{ParseDdl("a INT, b ARRAY<STRING>, c STRUCT<d: DOUBLE>")->fields[2].type};
  s.child(0).Append(1.5);
  s.CloseStruct();
  s.AppendNull();
  EXPECT_EQ(s.child(0).length(), 2);
  ArrowArray array{};
  s.Finish(&array);
  EXPECT_EQ(array.null_count, 1);
  EXPECT_EQ(array.children[0]->null_count, 1);
  array.release(&array);
}

TEST(ColumnBuilderTest, TruncateForgetsABegunRow) {
  ColumnBuilder lists{DataType::Array(DataType(TypeKind::kString))};
  lists.child(0).AppendBytes("a");
  lists.child(0).AppendNull();
  lists.CloseList();
  lists.AppendNull();
  lists.child(0).AppendBytes("begun");
  lists.child(0).AppendNull();
  lists.Truncate(2);
  lists.child(0).AppendBytes("b");
  lists.CloseList();
  EXPECT_EQ(Finished(&lists), "[\"a\",null] null [\"b\"] nulls 1");
}

TEST(ColumnBuilderTest, RepeatCopiesRows) {
  const Schema schema = *ParseDdl(
      "s STRUCT<i: INT, t: STRING, b: BOOLEAN, m: DECIMAL(3,1), l: ARRAY<STRUCT<q: STRING>>>");
  ColumnBuilder s{schema.fields[0].type};
  for (int row = 0; row < 3; ++row) {
    if (row == 1) {
      s.AppendNull();
      continue;
    }
    s.child(0).Append<int32_t>(row);
    s.child(1).AppendBytes("row" + std::to_string(row));
    s.child(2).Append<uint8_t>(row == 0);
    s.child(3).Append<__int128>(row * 11);
    s.child(4).child(0).child(0).AppendBytes("q");
    s.child(4).child(0).CloseStruct();
    s.child(4).child(0).AppendNull();
    s.child(4).CloseList();
    s.CloseStruct();
  }
  const int32_t counts[] = {2, 1, 0};
  ColumnBuilder repeated = s.Repeat(counts, 3);
  const std::string first = R"({"i":0,"t":"row0","b":true,"m":0.0,"l":[{"q":"q"},null]} )";
  EXPECT_EQ(Finished(&repeated), first + first + "null nulls 1");
}

TEST(ColumnBuilderTest, MapsHaveEntries) {
  ColumnBuilder maps{DataType::Map(DataType(TypeKind::kString), DataType(TypeKind::kInt))};
  maps.child(0).AppendBytes("k");
  maps.child(1).Append<int32_t>(1);
  maps.CloseList();
  maps.CloseList();
  maps.AppendNull();
  EXPECT_EQ(Finished(&maps), "{\"k\":1} {} null nulls 1");
}

// Explode copies the lists beside its own: as many messages' bytes squared.
TEST(ColumnBuilderTest, RepeatedListsAreMeasuredBeforehand) {
  ColumnBuilder lists{ParseDdl("l ARRAY<STRUCT<s: STRING, n: ARRAY<BIGINT>>>")->fields[0].type};
  ColumnBuilder& element = lists.child(0);
  element.child(0).AppendBytes(std::string(1 << 10, 'x'));
  for (int64_t i = 0; i < 128; ++i) element.child(1).child(0).Append(i);
  element.child(1).CloseList();
  element.CloseStruct();
  lists.CloseList();
  const int32_t few[] = {3};
  EXPECT_LT(lists.RepeatedBytes(few, 3), 8u << 10);
  ColumnBuilder repeated = lists.Repeat(few, 3);
  EXPECT_EQ(repeated.child(0).child(1).child(0).length(), 3 * 128);
  const int32_t many[] = {1 << 20};  // of a good 2 KiB each
  EXPECT_GT(lists.RepeatedBytes(many, 1 << 20), size_t{INT32_MAX});
}

TEST(ColumnBuilderTest, RepeatedListsOfNothingTakeRoomToo) {
  ColumnBuilder lists{DataType::Array(DataType(TypeKind::kVoid))};
  lists.child(0).AppendNulls(1 << 16);
  lists.CloseList();
  const int32_t counts[] = {1 << 16};
  EXPECT_GT(lists.RepeatedBytes(counts, 1 << 16), size_t{INT32_MAX});
}

TEST(ColumnBuilderTest, RepeatedTextsAreMeasuredBeforehand) {
  ColumnBuilder texts{DataType(TypeKind::kString)};
  texts.AppendBytes(std::string(1 << 20, 'x'));
  const int32_t counts[] = {4096};
  EXPECT_GT(texts.RepeatedBytes(counts, 4096), size_t{INT32_MAX});
  const int32_t few[] = {4};
  EXPECT_EQ(texts.RepeatedBytes(few, 4), 4 * (sizeof(int32_t) + (1 << 20)));
}

TEST(ColumnBuilderTest, RepeatedStructsTakeWhatTheirFieldsTake) {
  ColumnBuilder s{ParseDdl("s STRUCT<i: BIGINT, t: STRING>")->fields[0].type};
  s.child(0).Append<int64_t>(7);
  s.child(1).AppendBytes("abc");
  s.CloseStruct();
  s.AppendNull();
  const int32_t counts[] = {3, 2};
  EXPECT_EQ(s.RepeatedBytes(counts, 5), 5 * 8 + 5 * 4 + 3 * 3u);
}

// A decoder goes on after a batch that was too large.
TEST(ColumnBuilderTest, ClearForgetsAnOverflow) {
  ColumnBuilder lists{DataType::Array(DataType(TypeKind::kString))};
  lists.child(0).CommitBytes(size_t{1} << 31);
  lists.CloseList();
  EXPECT_TRUE(lists.overflowed());
  lists.Clear();
  EXPECT_FALSE(lists.overflowed());
  lists.child(0).AppendBytes("a");
  lists.CloseList();
  EXPECT_EQ(Finished(&lists), "[\"a\"] nulls 0, no bitmap");
}

}  // namespace
}  // namespace sluice::decode
