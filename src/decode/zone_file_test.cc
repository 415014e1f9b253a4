// SPDX-License-Identifier: Apache-2.0
#include "decode/zone_file.h"

#include <gtest/gtest.h>

#include "decode/calendar.h"
#include "decode/time_zone.h"

namespace sluice::decode {
namespace {

TEST(ZoneFileTest, PosixRules) {
  const auto paris = ParsePosixZone("CET-1CEST,M3.5.0,M10.5.0/3");
  ASSERT_TRUE(paris.has_value());
  EXPECT_EQ(paris->standard, 3600);
  EXPECT_EQ(*paris->summer, 7200);
  // Last Sunday of March and October 2024.
  EXPECT_EQ(paris->summer_begins.LocalSeconds(2024), DaysFromDate(2024, 3, 31) * 86400 + 7200);
  EXPECT_EQ(paris->summer_ends.LocalSeconds(2024), DaysFromDate(2024, 10, 27) * 86400 + 3 * 3600);
  const auto fixed = ParsePosixZone("<+0545>-5:45");
  ASSERT_TRUE(fixed.has_value());
  EXPECT_EQ(fixed->standard, 20700);
  EXPECT_FALSE(fixed->summer.has_value());
  const auto julian = ParsePosixZone("AAA3BBB,J60/0,J300/0");
  ASSERT_TRUE(julian.has_value());
  EXPECT_EQ(julian->summer_begins.LocalSeconds(2024), DaysFromDate(2024, 3, 1) * 86400);
  EXPECT_EQ(julian->summer_begins.LocalSeconds(2023), DaysFromDate(2023, 3, 1) * 86400);
  for (const char* bad :
       {"", "C", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0/3"}) {
    EXPECT_FALSE(ParsePosixZone(bad).has_value()) << bad;
  }
}

TEST(ZoneFileTest, RubbishIsNoZone) {
  EXPECT_FALSE(ParseZoneFile("").has_value());
  EXPECT_FALSE(ParseZoneFile("TZif2").has_value());
  EXPECT_FALSE(ParseZoneFile(std::string(200, 'x')).has_value());
  std::string huge = "TZif2" + std::string(15, '\0') + std::string(24, '\x7f');
  EXPECT_FALSE(ParseZoneFile(huge + huge).has_value());
}

TEST(TimeZoneTest, LocalTimeThereAndBack) {
  const auto zone = TimeZone::Find("Europe/Paris");
  ASSERT_NE(zone, nullptr);
  // Hourly over the two changes of 2024 and of 2150, where only the yearly rule helps.
  for (int64_t year : {2024, 2150}) {
    for (int month : {3, 10}) {
      const int64_t begin = DaysFromDate(year, month, 24) * 86400;
      for (int64_t at = begin; at < begin + 9 * 86400; at += 3600) {
        const int64_t local = zone->ToLocalSeconds(at);
        const int64_t back = zone->ToEpochSeconds(local);
        // The second of two equal hours leads back to the first.
        EXPECT_TRUE(back == at || back == at - 3600) << at;
        EXPECT_EQ(zone->ToLocalSeconds(back), local) << at;
      }
    }
  }
}

TEST(TimeZoneTest, OffsetsAndNames) {
  EXPECT_EQ(ParseZoneOffset("Z"), 0);
  EXPECT_EQ(ParseZoneOffset("+1"), 3600);
  EXPECT_EQ(ParseZoneOffset("-08:00"), -28800);
  EXPECT_EQ(ParseZoneOffset("+0530"), 19800);
  EXPECT_EQ(ParseZoneOffset("+05:30:15"), 19815);
  for (const char* bad :
       {"", "+", "z", "+19:00", "+1:00", "+01:", "+01:0", "+01:60", "+010", "1", "+01-00"}) {
    EXPECT_FALSE(ParseZoneOffset(bad).has_value()) << bad;
  }
  for (const char* good :
       {"UTC", "GMT", "UTC+01:00", "GMT-8", "PST", "Asia/Kolkata", "Etc/GMT+5", "CET"}) {
    EXPECT_NE(TimeZone::Find(good), nullptr) << good;
  }
  for (const char* bad :
       {"", "+", "utc+1", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "UTC+25"}) {
    EXPECT_EQ(TimeZone::Find(bad), nullptr) << bad;
  }
}

TEST(TimeZoneTest, DirectoriesAndLongIdsAreNone) {
  for (const char* directory : {"Europe", "America", "Etc", "US", "America/Indiana"}) {
    EXPECT_EQ(TimeZone::Find(directory), nullptr) << directory;
  }
  EXPECT_EQ(TimeZone::Find("Europe/" + std::string(100, '/') + "Paris"), nullptr);
}

TEST(TimeZoneTest, StrangeIdsDoNotDriveOutKnownZones) {
  const auto paris = TimeZone::Find("Europe/Paris");
  for (int i = 0; i < 3000; ++i) {
    EXPECT_EQ(TimeZone::Find("Mars/Crater" + std::to_string(i)), nullptr);
  }
  EXPECT_EQ(TimeZone::Find("Europe/Paris"), paris) << "the same object: not read again";
}

TEST(TimeZoneTest, FullOfKnownZonesItBeginsAnew) {
  for (int second = 0; second < 2500; ++second) {
    const int minutes = second / 60, rest = second % 60;
    std::string id = "UTC+00:" + std::to_string(100 + minutes).substr(1) + ":" +
                     std::to_string(100 + rest).substr(1);
    EXPECT_NE(TimeZone::Find(id), nullptr) << id;
  }
  const auto rome = TimeZone::Find("Europe/Rome");
  EXPECT_EQ(TimeZone::Find("Europe/Rome"), rome) << "the same object: kept";
}

}  // namespace
}  // namespace sluice::decode
