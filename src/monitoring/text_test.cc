// SPDX-License-Identifier: Apache-2.0
#include "monitoring/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::monitoring {
namespace {

using testing::ElementsAre;

TEST(Text, ReplacesEachOnceAndNotWhatItWrote) {
  EXPECT_EQ(Replaced("a a b", "a", "aa"), "aa aa b");
  EXPECT_EQ(Replaced("abc", "x", "y"), "abc");
}

TEST(Text, Lines) {
  EXPECT_THAT(LinesOf("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(LinesOf("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(LinesOf(""), ElementsAre());
}

TEST(Text, AQuoteInAValueIsDoubled) { EXPECT_EQ(YamlQuoted("it's: {a}"), "'it''s: {a}'"); }

TEST(Text, ControlCharactersAreEscaped) {
  EXPECT_EQ(YamlQuoted("a\n- b: \"\\\x07\""), R"("a\x0a- b: \"\\\x07\"")");
  EXPECT_EQ(YamlQuoted("\xC2\x85\x7f"), R"("\x85\x7f")");
  EXPECT_EQ(YamlQuoted("\xE2\x86\x92 \xC3\x9F \\"), "'\xE2\x86\x92 \xC3\x9F \\'");
  EXPECT_EQ(YamlQuoted("\xC2"), "'\xC2'");
}

}  // namespace
}  // namespace sluice::monitoring
