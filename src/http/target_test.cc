// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

// "path|name=value|name=value", or "none".
std::string Parsed(std::string_view text) {
  const auto target = ParseTarget(text);
  if (!target) return "none";
  std::string shown = target->path;
  for (const Header& parameter : target->query)
    shown += "|" + parameter.name + "=" + parameter.value;
  return shown;
}

TEST(ParseTarget, DecodesPathAndParameters) {
  EXPECT_EQ(Parsed("/"), "/");
  EXPECT_EQ(Parsed("/a%20b%2Fc+d"), "/a b/c+d");
  EXPECT_EQ(Parsed("/a?x=1&y=%26%3d+z&x=2"), "/a|x=1|y=&= z|x=2");
  EXPECT_EQ(Parsed("/a?flag&&empty=&=v"), "/a|flag=|empty=|=v");
  EXPECT_EQ(Parsed("/a?"), "/a");
  EXPECT_EQ(Parsed("/a?x=1?2"), "/a|x=1?2");
}

TEST(ParseTarget, TakesTheFormForProxies) {
  EXPECT_EQ(Parsed("http://host:80/a?x=1"), "/a|x=1");
  EXPECT_EQ(Parsed("http://host"), "/");
  EXPECT_EQ(Parsed("/a?u=http://host/"), "/a|u=http://host/");
}

TEST(ParseTarget, RefusesWhatItCannotRead) {
  for (const char* text : {"", "*", "a", "/%", "/%2", "/%zz", "/a%00b", "/a%0Ab", "/a?x=%g0"})
    EXPECT_EQ(Parsed(text), "none") << text;
}

}  // namespace
}  // namespace sluice::http
