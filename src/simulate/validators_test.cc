// SPDX-License-Identifier: Apache-2.0
#include "simulate/validators.h"

#include <gtest/gtest.h>

namespace sluice::simulate {
namespace {

constexpr int64_t kThen = 784111777;
constexpr const char* kThenText = "Sun, 06 Nov 1994 08:49:37 GMT";

TEST(Validators, DatesAreThoseOfHttp) {
  EXPECT_EQ(HttpDate(kThen), kThenText);
  EXPECT_EQ(ParseHttpDate(kThenText), kThen);
  for (const char* wrong :
       {"", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT+1",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT"})
    EXPECT_EQ(ParseHttpDate(wrong), -1) << wrong;
}

TEST(Validators, AnyByteChangesTheTag) {
  const std::string tag = ETagOf("0123456789abcdefg");
  EXPECT_EQ(tag, ETagOf("0123456789abcdefg"));
  for (size_t i = 0; i < 17; ++i) {
    std::string other = "0123456789abcdefg";
    other[i] = '!';
    EXPECT_NE(ETagOf(other), tag);
  }
  EXPECT_NE(ETagOf(std::string(8, '\0')), ETagOf(std::string(16, '\0')));
  EXPECT_EQ(tag.size(), 20u);
  EXPECT_EQ(tag.substr(0, 3), "W/\"");
}

TEST(Validators, AMatchingTagIsNotModified) {
  const std::string tag = ETagOf("feed");
  const std::string strong = tag.substr(2);
  const std::string list = "\"other\", " + tag;
  const std::string any = "*";
  const std::string other = ETagOf("another feed");
  for (const std::string* match : {&tag, &strong, &list, &any})
    EXPECT_TRUE(IsNotModified(match, nullptr, tag, kThen)) << *match;
  EXPECT_FALSE(IsNotModified(&other, nullptr, tag, kThen));
}

TEST(Validators, ATagGoesBeforeADate) {
  const std::string other = "\"other\"";
  const std::string date = kThenText;
  EXPECT_FALSE(IsNotModified(&other, &date, ETagOf("feed"), kThen));
}

TEST(Validators, ADateIsNotModifiedUntilThereIsANewerFeed) {
  const std::string date = kThenText;
  const std::string wrong = "soon";
  EXPECT_TRUE(IsNotModified(nullptr, &date, ETagOf("feed"), kThen));
  EXPECT_FALSE(IsNotModified(nullptr, &date, ETagOf("feed"), kThen + 1));
  EXPECT_FALSE(IsNotModified(nullptr, &wrong, ETagOf("feed"), kThen));
  EXPECT_FALSE(IsNotModified(nullptr, nullptr, ETagOf("feed"), kThen));
}

}  // namespace
}  // namespace sluice::simulate
