// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

TEST(RedactedUrl, HidesWhatMayBeSecret) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://feeds.example/vp.pb", "https://feeds.example/vp.pb"},
      {"https://feeds.example/vp.pb?key=SECRET#SECRET", "https://feeds.example/vp.pb"},
      {"https://feeds.example?key=SECRET", "https://feeds.example"},
      {"https://feeds.example#SECRET?x", "https://feeds.example"},
      {"http://me:SECRET@feeds.example:8080/a/b", "http://feeds.example:8080/a/b"},
      {"http://me:SE@CRET@feeds.example/a", "http://feeds.example/a"},
      {"http://SECRET@[::1]:80/a", "http://[::1]:80/a"},
      {"http://[fe80::1]/a", "http://[fe80::1]/a"},
      // A password with a slash or a question mark in it, which RFC 3986 does not allow.
      {"http://me:SECR/ET@feeds.example/a", "(unreadable url)"},
      {"http://me:SECR?ET@feeds.example/a", "(unreadable url)"},
      {"file:///var/feeds/vp.pb", "file:///var/feeds/vp.pb"},
      {"https://feeds.example/a\nb", "https://feeds.example/a?b"},
      {"feeds.example/vp.pb?key=SECRET", "(unreadable url)"},
      {"://x", "(unreadable url)"},
      {"", "(unreadable url)"},
  };
  for (const auto& [url, shown] : cases) EXPECT_EQ(RedactedUrl(url), shown) << url;
}

TEST(WithoutSecrets, HidesThemInEverySpelling) {
  EXPECT_EQ(WithoutSecrets("no a+b/c= nor a%2Bb%2Fc%3D nor a%2bb%2fc%3d", {"a+b/c="}),
            "no *** nor *** nor ***");
  EXPECT_EQ(WithoutSecrets("%61+b%2Fc=/%zz%", {"a+b/c="}), "***/%zz%");
  EXPECT_EQ(WithoutSecrets("x=a+b+c&y", {"a b c"}), "x=***&y");
  EXPECT_EQ(WithoutSecrets("SECRETSECRET", {"SECRET"}), "******");
  EXPECT_EQ(WithoutSecrets("path /a b/", {"a%20b-"}), "path /a b/");
  EXPECT_EQ(WithoutSecrets("path /abc d/", {"abc%20d"}), "path /***/");
}

TEST(WithoutSecrets, LeavesWhatIsTooShortToBeOne) {
  EXPECT_EQ(WithoutSecrets("a b c", {"a", "", "b c"}), "a b c");
}

TEST(HoldsSecret, FindsThemHoweverOftenEncoded) {
  for (const char* text :
       {"a+b/c=", "x?u=a%2Bb/c%3D", "x?u=%61%2bb%2fc%3d", "x?u=a%252Bb%252Fc%253D"})
    EXPECT_TRUE(HoldsSecret(text, {"other", "a+b/c="})) << text;
  EXPECT_TRUE(HoldsSecret("x?u=a+b+c", {"a b c"}));
  EXPECT_TRUE(HoldsSecret("/a b c", {"a%20b%20c"}));
  EXPECT_FALSE(HoldsSecret("a+b/c", {"a+b/c=", "", "a"}));
}

TEST(OriginOf, IsSchemeHostAndPort) {
  EXPECT_EQ(OriginOf("https://Feeds.Example/vp.pb?x#y"), "https://feeds.example:443");
  EXPECT_EQ(OriginOf("http://me:pw@feeds.example:8080"), "http://feeds.example:8080");
  EXPECT_EQ(OriginOf("http://[::1]/"), "http://[::1]:80");
  EXPECT_EQ(OriginOf("nothing"), "");
}

}  // namespace
}  // namespace sluice::http
