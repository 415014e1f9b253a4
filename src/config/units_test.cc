// SPDX-License-Identifier: Apache-2.0
#include "config/units.h"

#include <gtest/gtest.h>

#include "config/nearest.h"
#include "config/variables.h"

namespace sluice::config {
namespace {

using std::chrono::milliseconds;
using Environment = std::map<std::string, std::string>;

TEST(ParseDuration, TakesSparksWords) {
  EXPECT_EQ(ParseDuration("1 second"), milliseconds(1000));
  EXPECT_EQ(ParseDuration("200 milliseconds"), milliseconds(200));
  EXPECT_EQ(ParseDuration("15m"), milliseconds(900000));
  EXPECT_EQ(ParseDuration("1 minute 30 seconds"), milliseconds(90000));
  EXPECT_EQ(ParseDuration("interval 2 hours"), milliseconds(7200000));
  EXPECT_EQ(ParseDuration("0.5 s"), milliseconds(500));
  EXPECT_EQ(ParseDuration("0 seconds"), milliseconds(0));
  EXPECT_EQ(ParseDuration("250"), milliseconds(250));
}

TEST(ParseDuration, RefusesTheRest) {
  for (const char* text : {"", "soon", "5 parsecs", "-1 second", "-5", "second", "1 2", "1e3 s",
                           "999999999999 weeks"}) {
    EXPECT_FALSE(ParseDuration(text).has_value()) << text;
  }
}

TEST(ParseSize, BinaryAndDecimalUnits) {
  EXPECT_EQ(ParseSize("512 MiB"), 512LL << 20);
  EXPECT_EQ(ParseSize("64m"), 64LL << 20);
  EXPECT_EQ(ParseSize("1.5 GB"), 1500000000);
  EXPECT_EQ(ParseSize("4096"), 4096);
  for (const char* text : {"", "MiB", "-1 m", "5 QiB", "1 m b"})
    EXPECT_FALSE(ParseSize(text).has_value()) << text;
}

TEST(ParseInteger, WholeTextOnly) {
  EXPECT_EQ(ParseInteger(" 42 "), 42);
  EXPECT_EQ(ParseInteger("-2"), -2);
  for (const char* text : {"", "4x", "1.0", "99999999999999999999"})
    EXPECT_FALSE(ParseInteger(text).has_value()) << text;
}

TEST(EditDistance, CountsSwapsAsOne) {
  EXPECT_EQ(EditDistance("abc", "abc"), 0);
  EXPECT_EQ(EditDistance("ABC", "abc"), 0);
  EXPECT_EQ(EditDistance("abc", "acb"), 1);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
}

TEST(NearestName, SaysNothingWhenAllAreFar) {
  EXPECT_EQ(NearestName("subscrbe", {"subscribe", "assign"}), "subscribe");
  EXPECT_EQ(NearestName("colour", {"subscribe", "assign"}), "");
}

TEST(Variables, AReferenceInsideADefault) {
  Variables variables(Environment{{"B", "two"}});
  EXPECT_EQ(variables.Expand("${A:-${B}}-${B}").text, "two-two");
  EXPECT_EQ(variables.Expand("${A:-}").text, "");
  EXPECT_EQ(variables.Expand("cost: $5").text, "cost: $5");
}

TEST(Variables, EnvironmentTextIsNotExpandedAgain) {
  Variables variables(Environment{{"PASSWORD", "a${b"}});
  const Expansion expansion = variables.Expand("${PASSWORD}");
  EXPECT_EQ(expansion.text, "a${b");
  EXPECT_TRUE(expansion.secret);
  EXPECT_TRUE(expansion.errors.empty());
}

}  // namespace
}  // namespace sluice::config
