// SPDX-License-Identifier: Apache-2.0
#include "transform/datetime_text.h"

#include <gtest/gtest.h>

#include "transform/datetime_pattern.h"

namespace sluice::transform {
namespace {

constexpr int64_t kSecond = 1'000'000;

TEST(ParseInstant, ReadsSparksForms) {
  EXPECT_EQ(ParseInstant("1970-01-01 00:00:01"), kSecond);
  EXPECT_EQ(ParseInstant("1970-01-01T00:00:01Z"), kSecond);
  EXPECT_EQ(ParseInstant("  1970-1-1 0:0:1.5  "), kSecond * 3 / 2);
  EXPECT_EQ(ParseInstant("1970-01-01 00:01"), 60 * kSecond);
  EXPECT_EQ(ParseInstant("1970-01-02"), 86'400 * kSecond);
  EXPECT_EQ(ParseInstant("1970-02"), 31 * 86'400 * kSecond);
  EXPECT_EQ(ParseInstant("1971"), 365 * 86'400 * kSecond);
  EXPECT_EQ(ParseInstant("1970-01-01 01:00:00+01:00"), 0);
  EXPECT_EQ(ParseInstant("1970-01-01 00:00:00 -0130"), 5400 * kSecond);
  EXPECT_EQ(ParseInstant("1970-01-01 05:00:00+5"), 0);
  EXPECT_EQ(ParseInstant("1970-01-01 00:00:00UTC"), 0);
  EXPECT_EQ(ParseInstant("1970-01-01 00:00:00.123456789"), 123'456);
  EXPECT_EQ(ParseInstant("1969-12-31 23:59:59.999999"), -1);
}

TEST(ParseInstant, RefusesWhatIsNone) {
  for (const char* text :
       {"", " ", "abc", "1970-13-01", "1970-02-30", "1970-01-01 24:00:00", "1970-01-01 00:60:00",
        "1970-01-01x", "1970-01-01 00:00:00 Mars", "70-01-01", "1970-01-01 00",
        "1970-01-01 00:00:00+19:00", "1700000000"}) {
    EXPECT_EQ(ParseInstant(text), std::nullopt) << text;
  }
}

TEST(ParseDay, IgnoresATimeBehindIt) {
  EXPECT_EQ(ParseDay("1970-01-02"), 1);
  EXPECT_EQ(ParseDay("1970-1-2T10:00:00Z"), 1);
  EXPECT_EQ(ParseDay("1970-01-02 whatever"), 1);
  EXPECT_EQ(ParseDay("2000-02-29"), 11'016);
  EXPECT_EQ(ParseDay("1900-02-29"), std::nullopt);
  EXPECT_EQ(ParseDay("1970-01-02x"), std::nullopt);
}

TEST(DatetimePattern, IsTranslated) {
  EXPECT_EQ(*TranslateDatetimePattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", PatternUse::kParse),
            "%Y-%m-%dT%H:%M:%S.%g%z");
  EXPECT_EQ(*TranslateDatetimePattern("h 'o''clock' 100%''", PatternUse::kFormat),
            "%-I o'clock 100%%'");
  EXPECT_EQ(*TranslateDatetimePattern("HH:mmXXX", PatternUse::kFormat), "%H:%MZ");
  EXPECT_EQ(TranslateDatetimePattern("yyyy QQQ", PatternUse::kFormat).status().code(),
            "SQL_PATTERN");
}

}  // namespace
}  // namespace sluice::transform
