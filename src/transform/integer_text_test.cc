// SPDX-License-Identifier: Apache-2.0
#include "transform/integer_text.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::transform {
namespace {

std::string Read(std::string_view text, bool cut_fraction) {
  const auto value = ParseInteger(text, cut_fraction);
  return value ? std::to_string(*value) : "none";
}

TEST(IntegerText, ReadsDigitsWithASign) {
  for (bool cut : {false, true}) {
    EXPECT_EQ(Read("12", cut), "12");
    EXPECT_EQ(Read("+12", cut), "12");
    EXPECT_EQ(Read("-0012", cut), "-12");
    EXPECT_EQ(Read(" \t12\n\x7F", cut), "12");
    EXPECT_EQ(Read("9223372036854775807", cut), "9223372036854775807");
    EXPECT_EQ(Read("-9223372036854775808", cut), "-9223372036854775808");
  }
}

TEST(IntegerText, RefusesAllElse) {
  for (bool cut : {false, true}) {
    for (const char* text :
         {"", " ", "-", "+", "--1", "1 2", "12abc", "1e3", "0x1F", "1_000", "NaN", "\u0663",
          "9223372036854775808", "-9223372036854775809", "- 5"}) {
      EXPECT_EQ(Read(text, cut), "none") << text;
    }
  }
}

TEST(IntegerText, CutsAFractionOffWhereThatIsAllowed) {
  EXPECT_EQ(Read("12.7", true), "12");
  EXPECT_EQ(Read("-12.7", true), "-12");
  EXPECT_EQ(Read("12.", true), "12");
  EXPECT_EQ(Read(".5", true), "0");
  EXPECT_EQ(Read(".", true), "0");  // so in Spark
  EXPECT_EQ(Read("12.7x", true), "none");
  EXPECT_EQ(Read("1.2.3", true), "none");
  for (const char* text : {"12.7", "12.", ".5", "."}) EXPECT_EQ(Read(text, false), "none") << text;
}

}  // namespace
}  // namespace sluice::transform
