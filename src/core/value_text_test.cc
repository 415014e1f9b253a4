// SPDX-License-Identifier: Apache-2.0
#include "core/value_text.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(ValueTextTest, Dates) {
  EXPECT_EQ(DateText(0), "1970-01-01");
  EXPECT_EQ(DateText(-1), "1969-12-31");
  EXPECT_EQ(DateText(19792), "2024-03-10");
  EXPECT_EQ(DateText(-719162), "0001-01-01");
  EXPECT_EQ(DateText(-719528), "0000-01-01");
  EXPECT_EQ(DateText(-719893), "-0001-01-01");
  EXPECT_EQ(DateText(2932897), "+10000-01-01");
  // What DATE makes of the text "20240310".
  EXPECT_EQ(DateText(20240310), "+57386-02-01");
}

TEST(ValueTextTest, Timestamps) {
  EXPECT_EQ(TimestampText(0), "1970-01-01T00:00:00.000000");
  EXPECT_EQ(TimestampText(-1), "1969-12-31T23:59:59.999999");
  EXPECT_EQ(TimestampText(1710037800123456), "2024-03-10T02:30:00.123456");
  EXPECT_EQ(TimestampText(INT64_MAX), "+294247-01-10T04:00:54.775807");
  EXPECT_EQ(TimestampText(INT64_MIN), "-290308-12-21T19:59:05.224192");
}

std::string Decimal(__int128 unscaled, int scale) {
  std::string text;
  AppendDecimalText(unscaled, scale, &text);
  return text;
}

TEST(ValueTextTest, Decimals) {
  EXPECT_EQ(Decimal(0, 0), "0");
  EXPECT_EQ(Decimal(0, 3), "0.000");
  EXPECT_EQ(Decimal(12, 2), "0.12");
  EXPECT_EQ(Decimal(-5, 2), "-0.05");
  EXPECT_EQ(Decimal(-12345, 2), "-123.45");
  __int128 most = 1;
  for (int i = 0; i < 38; ++i) most *= 10;
  EXPECT_EQ(Decimal(most - 1, 38), "0.99999999999999999999999999999999999999");
  EXPECT_EQ(Decimal(1 - most, 0), "-99999999999999999999999999999999999999");
}

TEST(ValueTextTest, Base64) {
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("h"), "aA==");
  EXPECT_EQ(Base64("hi"), "aGk=");
  EXPECT_EQ(Base64("hi!"), "aGkh");
  EXPECT_EQ(Base64("\xFF\xFE\xFD"), "//79");
}

TEST(ValueTextTest, JsonStrings) {
  std::string text;
  AppendJsonString(std::string_view("a\"b\\c\n\t\x01\x00/é", 12), &text);
  EXPECT_EQ(text, R"("a\"b\\c\n\t\u0001\u0000/é")");
}

TEST(WithThousands, ACommaEveryThreeDigits) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1,000");
  EXPECT_EQ(WithThousands(1234567), "1,234,567");
  EXPECT_EQ(WithThousands(-123), "-123");
  EXPECT_EQ(WithThousands(-1234), "-1,234");
  EXPECT_EQ(WithThousands(-123456), "-123,456");
  EXPECT_EQ(WithThousands(-1234567), "-1,234,567");
}

TEST(Printable, WhatMovesATerminalIsReplaced) {
  EXPECT_EQ(Printable("a\x1b[2J\x1b]0;b\x07\r\n\x7f"), "a?[2J?]0;b????");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m\xC2\x80"),
            "?31m?");
  EXPECT_EQ(Printable(std::string_view("\0a", 2)), "?a");
}

TEST(Printable, AllElseStays) {
  EXPECT_EQ(Printable("\xE2\x86\x92 \xC3\x9B\t\xC2\xA0"), "\xE2\x86\x92 \xC3\x9B\t\xC2\xA0");
  EXPECT_EQ(Printable("\xFF\xC2"), "\xFF\xC2");
  EXPECT_EQ(Printable(""), "");
}

TEST(CutText, CutsNoCharacter) {
  EXPECT_EQ(CutText("abc", 3), "abc");
  EXPECT_EQ(CutText("abc", 2), "ab");
  EXPECT_EQ(CutText("aé", 2), "a");
  EXPECT_EQ(CutText("aé", 3), "aé");
  EXPECT_EQ(CutText("é", 1), "");
}

}  // namespace
}  // namespace sluice
