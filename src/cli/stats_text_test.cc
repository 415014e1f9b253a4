// SPDX-License-Identifier: Apache-2.0
#include "cli/stats_text.h"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

TEST(StatsText, EveryTextOfANumberIsKept) {
  const std::string text =
      R"({"numRecords":3,"minValues":{"big":12345678901234567890123456789012345678,"price":1.50,)"
      R"("small":-0.00,"e":1.0E-10,"s":{"a":7,"b":[1,"x"]},"t":"\"é\n"},"nullCount":{"big":0},)"
      R"("tightBounds":true,"none":null,"empty":{}})";
  const auto stats = ReadStats(text);
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->json, text);
  EXPECT_EQ(*stats->Of("minValues", "big"), "12345678901234567890123456789012345678");
  EXPECT_EQ(*stats->Of("minValues", "price"), "1.50");
  EXPECT_EQ(*stats->Of("minValues", "s"), R"({"a":7,"b":[1,"x"]})");
  EXPECT_EQ(*stats->Of("nullCount", "big"), "0");
  EXPECT_EQ(stats->Of("nullCount", "price"), nullptr);
  EXPECT_EQ(stats->Of("maxValues", "big"), nullptr);
}

TEST(StatsText, ItStandsOnOneLine) {
  EXPECT_EQ(ReadStats("{ \"a\" :\n [ 1 , { } , [] ] }")->json, R"({"a":[1,{},[]]})");
}

TEST(StatsText, WhatIsNoJsonIsNone) {
  for (const char* text : {"", "{", "{\"a\":1}x", "{\"a\":01}"})
    EXPECT_FALSE(ReadStats(text)) << text;
}

}  // namespace
}  // namespace sluice::cli
