// SPDX-License-Identifier: Apache-2.0
#include "parquet/delta_stats.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "parquet/testing/random_rows.h"

namespace sluice::parquet {

namespace {

const std::string kLast = "\xf4\x8f\xbf\xbf";  // U+10FFFF

std::string Of(char c, size_t count) { return std::string(count, c); }
std::string Repeat(const std::string& text, size_t count) {
  std::string all;
  while (count-- > 0) all += text;
  return all;
}

TEST(DeltaStatsTest, ShortTextsBoundThemselves) {
  for (const std::string& text :
       {std::string(), std::string("abc"), Of('x', 32), Repeat("😀", 32)}) {
    EXPECT_EQ(LowerBound(text), text);
    EXPECT_EQ(UpperBound(text), text);
  }
}

TEST(DeltaStatsTest, LongTextsAreCutWithATieBreaker) {
  EXPECT_EQ(LowerBound(Of('x', 33)), Of('x', 32));
  EXPECT_EQ(UpperBound(Of('x', 33)), Of('x', 32) + "\x7f");
  EXPECT_EQ(UpperBound(Of('x', 32) + "ü"), Of('x', 32) + kLast);
  EXPECT_EQ(UpperBound(Of('x', 32) + "\x7f"), Of('x', 32) + kLast);
  EXPECT_EQ(LowerBound(Repeat("😀", 33)), Repeat("😀", 32));
}

TEST(DeltaStatsTest, NoCharacterIsGreaterThanTheLast) {
  EXPECT_EQ(UpperBound(Of('x', 32) + kLast + "a"), Of('x', 32) + kLast + "\x7f");
  EXPECT_EQ(UpperBound(Of('x', 32) + kLast), Of('x', 32) + kLast);
  EXPECT_EQ(UpperBound(Repeat(kLast, 64)), Repeat(kLast, 64));
  EXPECT_EQ(UpperBound(Repeat(kLast, 65)), std::nullopt);
  EXPECT_EQ(UpperBound(Repeat(kLast, 80) + "a"), std::nullopt);
}

TEST(DeltaStatsTest, BytesThatAreNoUtf8HaveNoBounds) {
  for (const std::string& bytes :
       {std::string("\xff"), std::string("a\xc3"), std::string("\xed\xa0\x80"),
        std::string("\xc0\x80"), std::string("\xf4\x90\x80\x80"), Of('x', 40) + "\x80"}) {
    EXPECT_EQ(LowerBound(bytes), std::nullopt);
    EXPECT_EQ(UpperBound(bytes), std::nullopt);
  }
}

TEST(DeltaStatsTest, BoundsHoldInByteOrder) {
  const Schema schema{{{"s", DataType(TypeKind::kString)}}};
  int cut = 0;
  const std::string rows = RandomRows(schema, 4000, 11);
  for (size_t at = 0; at < rows.size();) {
    const size_t end = rows.find('\n', at);
    const auto value = nlohmann::json::parse(rows.substr(at, end - at))["s"];
    at = end + 1;
    if (!value.is_string()) continue;
    const auto text = value.get<std::string>();
    const auto lower = LowerBound(text);
    const auto upper = UpperBound(text);
    ASSERT_TRUE(lower);
    EXPECT_LE(*lower, text);
    EXPECT_LE(lower->size(), 32U * 4);
    if (!upper) continue;
    EXPECT_GE(*upper, text);
    EXPECT_LE(upper->size(), 65U * 4);
    EXPECT_NO_THROW(nlohmann::json(*upper).dump());  // UTF-8 still
    cut += *upper != text;
  }
  EXPECT_GT(cut, 100);
}

TEST(DeltaStatsTest, NestsAsTheSchemaDoes) {
  const DataType number(TypeKind::kInt);
  const Schema schema{
      {{"a", number},
       {"s", DataType::Struct({{"b", number}, {"t", DataType::Struct({{"c", number}})}})},
       {"l", DataType::Array(number)},
       {"q\"x", number}}};
  EXPECT_EQ(
      DeltaStatsJson(schema,
                     {{"1", "2", 0},
                      {"3", "4", 5},
                      {std::nullopt, std::nullopt, 7},
                      {std::nullopt, std::nullopt, 1},
                      {"8", "9", 0}},
                     7),
      R"({"numRecords":7,"minValues":{"a":1,"s":{"b":3},"q\"x":8},"maxValues":{"a":2,"s":{"b":4},"q\"x":9},)"
      R"("nullCount":{"a":0,"s":{"b":5,"t":{"c":7}},"l":1,"q\"x":0}})");
}

}  // namespace

}  // namespace sluice::parquet
