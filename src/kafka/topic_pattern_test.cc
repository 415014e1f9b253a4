// SPDX-License-Identifier: Apache-2.0
#include "kafka/topic_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::kafka {
namespace {

bool Matches(const std::string& pattern, const std::string& topic) {
  const auto made = TopicPattern::Make(pattern);
  EXPECT_TRUE(made.ok()) << made.status().ToString();
  return made.ok() && made->Matches(topic);
}

TEST(TopicPatternTest, WholeNameMustMatch) {
  EXPECT_TRUE(Matches("a.*", "abc"));
  EXPECT_FALSE(Matches("b", "abc"));
  EXPECT_FALSE(Matches("a|ab", "abc"));
  EXPECT_TRUE(Matches("a|abc", "abc"));  // the longer branch is tried too
}

TEST(TopicPatternTest, JavasConstructs) {
  EXPECT_TRUE(Matches("(?i)Events-\\d{2}", "EVENTS-07"));
  EXPECT_TRUE(Matches("(?!internal)\\w+", "public"));
  EXPECT_FALSE(Matches("(?!internal)\\w+", "internal1"));
  EXPECT_TRUE(Matches("[a-z]|\\Qa.[b\\E|\\[", "a.[b"));
  EXPECT_FALSE(Matches("\\Qa.b\\E", "axb"));
  EXPECT_TRUE(Matches("\\p{Lower}++", "abc"));
}

TEST(TopicPatternTest, MistakeIsLocated) {
  const auto made = TopicPattern::Make("a(b");
  EXPECT_TRUE(made.status().Is(ErrorKind::kExit));
  EXPECT_THAT(made.status().message(),
              ::testing::HasSubstr(
                  "the pattern 'a(b' cannot be used: missing closing parenthesis at character 4"));
}

TEST(TopicPatternTest, WhatJavaReadsOtherwiseIsRefused) {
  for (const char* pattern : {"[a-z&&[^b]]", "[a-d[m-p]]x"}) {
    const auto made = TopicPattern::Make(pattern);
    EXPECT_TRUE(made.status().Is(ErrorKind::kExit));
    EXPECT_THAT(made.status().message(),
                ::testing::HasSubstr("nested character classes are not supported, at character 5"));
  }
}

}  // namespace
}  // namespace sluice::kafka
