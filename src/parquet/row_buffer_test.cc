// SPDX-License-Identifier: Apache-2.0
#include "parquet/row_buffer.h"

#include <gtest/gtest.h>

#include <random>

#include "core/columns_json.h"
#include "core/testing/columns_builder.h"
#include "parquet/testing/random_rows.h"

namespace sluice::parquet {

namespace {

std::vector<const ArrowArray*> Views(const Columns& columns) {
  std::vector<const ArrowArray*> views;
  for (size_t i = 0; i < columns.num_columns(); ++i) views.push_back(&columns.column(i));
  return views;
}

std::vector<bool> Plain(const Schema& schema) {
  return std::vector<bool>(schema.fields.size(), false);
}

std::string RowText(const Schema& schema, const std::vector<const ArrowArray*>& columns,
                    int64_t row) {
  std::string text;
  for (size_t i = 0; i < columns.size(); ++i) {
    AppendValueJson(schema.fields[i].type, *columns[i], row, &text);
    text += ' ';
  }
  return text;
}

void ExpectInvariants(const DataType& type, const ArrowArray& array) {
  EXPECT_EQ(array.offset, 0);
  int64_t nulls = 0;
  const auto* bits = static_cast<const uint8_t*>(array.buffers[0]);
  for (int64_t i = 0; bits && i < array.length; ++i) nulls += (bits[i / 8] >> (i % 8) & 1) == 0;
  EXPECT_EQ(array.null_count, nulls) << type.ToDdl();
  for (int64_t i = 0; i < array.n_children; ++i) {
    const DataType child = type.kind() == TypeKind::kMap
                               ? DataType::Struct(type.children())
                               : type.children()[static_cast<size_t>(i)].type;
    ExpectInvariants(child, *array.children[i]);
  }
}

TEST(RowBufferTest, RandomRangesOfEveryTypeComeOutInOrder) {
  const Schema schema = EveryTypeSchema();
  std::mt19937 random(5);
  for (uint64_t seed = 0; seed < 40; ++seed) {
    RowBuffer buffer(schema, Plain(schema));
    std::vector<std::string> expected;
    for (int batch = 0; batch < 3; ++batch) {
      const Columns columns =
          BuildColumns(schema, RandomRows(schema, 50, seed * 3 + static_cast<uint64_t>(batch)));
      std::vector<RowRange> ranges;
      for (int64_t begin = random() % 5; begin < 50;) {
        const auto end = std::min<int64_t>(50, begin + 1 + random() % 20);
        ranges.push_back({begin, end});
        for (int64_t row = begin; row < end; ++row)
          expected.push_back(RowText(schema, Views(columns), row));
        begin = end + 1 + random() % 9;
      }
      buffer.Append(Views(columns), ranges);
    }
    ASSERT_EQ(buffer.num_rows(), std::ssize(expected));
    const auto views = buffer.view();
    for (size_t i = 0; i < views.size(); ++i) ExpectInvariants(schema.fields[i].type, *views[i]);
    for (int64_t row = 0; row < buffer.num_rows(); ++row) {
      EXPECT_EQ(RowText(schema, views, row), expected[static_cast<size_t>(row)]);
    }
  }
}

TEST(RowBufferTest, NumberedTextsAreTheSameTexts) {
  const Schema schema{{{"s", DataType(TypeKind::kString)}}};
  RowBuffer buffer(schema, {true});
  for (uint64_t round = 0; round < 3; ++round) {
    std::vector<std::string> expected;
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const Columns columns = BuildColumns(schema, RandomRows(schema, 100, round * 100 + seed));
      buffer.Append(Views(columns), {{5, 90}});
      for (int64_t row = 5; row < 90; ++row)
        expected.push_back(RowText(schema, Views(columns), row));
    }
    const ArrowArray& numbers = *buffer.view()[0];
    ASSERT_EQ(numbers.length, std::ssize(expected));
    const auto* bits = static_cast<const uint8_t*>(numbers.buffers[0]);
    const ArrowArray& texts = *numbers.dictionary;
    for (int64_t row = 0; row < numbers.length; ++row) {
      std::string text = "null";
      if (bits[row / 8] >> (row % 8) & 1) {
        text.clear();
        AppendValueJson(schema.fields[0].type, texts,
                        static_cast<const int32_t*>(numbers.buffers[1])[row], &text);
      }
      EXPECT_EQ(text + ' ', expected[static_cast<size_t>(row)]);
    }
    EXPECT_LT(texts.length, numbers.length);  // the empty text at least comes again
    buffer.Clear();
  }
}

TEST(RowBufferTest, TextsThatDoNotRepeatAreReported) {
  const Schema schema{
      {{"repeats", DataType(TypeKind::kString)}, {"differs", DataType(TypeKind::kString)}}};
  std::string rows;
  for (int i = 0; i < 20'000; ++i) {
    rows += R"({"repeats": ")" + std::to_string(i % 5000) + R"(", "differs": ")" +
            std::to_string(i) + "\"}";
  }
  const Columns columns = BuildColumns(schema, rows);
  RowBuffer buffer(schema, {true, true});
  buffer.Append(Views(columns), {{0, 4000}});
  EXPECT_TRUE(buffer.overflowed().empty());  // too early to say
  buffer.Append(Views(columns), {{4000, 20'000}});
  EXPECT_EQ(buffer.overflowed(), std::vector<size_t>{1});
}

TEST(RowBufferTest, ClearForgetsTheRows) {
  const Schema schema = EveryTypeSchema();
  const Columns first = BuildColumns(schema, RandomRows(schema, 30, 1));
  const Columns second = BuildColumns(schema, RandomRows(schema, 30, 2));
  RowBuffer buffer(schema, Plain(schema));
  buffer.Append(Views(first), {{0, 30}});
  EXPECT_GT(buffer.ByteSize(), 30U * 8);
  buffer.Clear();
  EXPECT_EQ(buffer.num_rows(), 0);
  buffer.Append(Views(second), {{3, 4}});
  EXPECT_EQ(RowText(schema, buffer.view(), 0), RowText(schema, Views(second), 3));
}

TEST(RowBufferTest, TellsWhenOffsetsWouldOverflow) {
  const Schema schema{{{"s", DataType(TypeKind::kString)}}};
  RowBuffer buffer(schema, Plain(schema));
  const Columns one = BuildColumns(schema, R"({"s": "abc"})");
  EXPECT_TRUE(buffer.Fits(Views(one)));
  buffer.Append(Views(one), {{0, 1}});
  // As if a batch held 2 GiB of text: only its last offset is looked at.
  const int32_t offsets[] = {0, INT32_MAX};
  const void* buffers[] = {nullptr, offsets, nullptr};
  ArrowArray large{};
  large.length = 1;
  large.n_buffers = 3;
  large.buffers = buffers;
  EXPECT_FALSE(buffer.Fits({&large}));
}

}  // namespace

}  // namespace sluice::parquet
