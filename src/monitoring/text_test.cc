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

}  // namespace
}  // namespace sluice::monitoring
