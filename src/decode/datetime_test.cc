// SPDX-License-Identifier: Apache-2.0
#include "decode/datetime.h"

#include <gtest/gtest.h>

#include "core/value_text.h"

namespace sluice::decode {
namespace {

// 2023-11-14T22:13:20Z
constexpr int64_t kNow = 1'700'000'000;

DateTimeParsers Parsers(const DecodeOptions& options) {
  DateTimeParsers parsers = *DateTimeParsers::Make(options);
  parsers.set_now_seconds(kNow);
  return parsers;
}

std::string Shown(DateTimeOutcome outcome, const std::string& text) {
  if (outcome == DateTimeOutcome::kOk) return text;
  return outcome == DateTimeOutcome::kBad ? "bad" : "only legacy";
}

std::string Timestamp(std::string_view text, const DecodeOptions& options = {}) {
  int64_t micros = 0;
  const DateTimeOutcome outcome = Parsers(options).Timestamp(text, &micros);
  return Shown(outcome, TimestampText(micros));
}

std::string Ntz(std::string_view text, const DecodeOptions& options = {}) {
  int64_t micros = 0;
  const DateTimeOutcome outcome = Parsers(options).TimestampNtz(text, &micros);
  return Shown(outcome, TimestampText(micros));
}

std::string Date(std::string_view text, const DecodeOptions& options = {}) {
  int32_t days = 0;
  const DateTimeOutcome outcome = Parsers(options).Date(text, &days);
  return Shown(outcome, DateText(days));
}

TEST(DateTimeTest, TimestampsAsCastReadsThem) {
  EXPECT_EQ(Timestamp("2024-03-10T02:30:00Z"), "2024-03-10T02:30:00.000000");
  EXPECT_EQ(Timestamp("2024-3-1 2:3:4.5"), "2024-03-01T02:03:04.500000");
  EXPECT_EQ(Timestamp("2024"), "2024-01-01T00:00:00.000000");
  EXPECT_EQ(Timestamp("2024-03"), "2024-03-01T00:00:00.000000");
  EXPECT_EQ(Timestamp(" 2024-03-10T02:30:00.123456789+01:00 "), "2024-03-10T01:30:00.123456");
  EXPECT_EQ(Timestamp("2024-03-10T02:30:00 Europe/Paris"), "2024-03-10T01:30:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10 02:30:00 GMT+1"), "2024-03-10T01:30:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10 02:30:00-0800"), "2024-03-10T10:30:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10 02:30:00 +1:30"), "2024-03-10T01:00:00.000000");
  EXPECT_EQ(Timestamp("294247-01-10T04:00:54.775807Z"), "+294247-01-10T04:00:54.775807");
  for (const char* bad :
       {"", " ", "2024-03-10T", "2024-03-10T24:00:00", "2024-03-10T02:60:00", "2024-02-30T00:00:00",
        "2024-03-10T02:30:00+19:00", "2024-03-10T02:30:00Zjunk", "20240310", "now", "1.5",
        "294248-01-01", "2024-03-10T02:30:00 Mars/Olympus"}) {
    EXPECT_EQ(Timestamp(bad), "bad") << bad;
  }
}

// The short cut for the common form and the scanner behind it have to agree; a blank in front is enough
// to take the long way.
TEST(DateTimeTest, CommonFormReadsAsAllOthers) {
  const DecodeOptions paris{.time_zone = "Europe/Paris"};
  for (const char* text :
       {"2024-03-10T02:30:00Z", "2024-03-10 02:30:00", "2024-03-31T02:30:00", "2024-02-30T00:00:00",
        "2024-03-10T02:30:00.", "2024-03-10T02:30:00.Z", "2024-03-10T02:30:00.1234567",
        "0000-01-01T00:00:00Z", "2024-13-10T02:30:00", "2024-03-10T24:30:00",
        "2024-03-10T02:60:00Z", "2024-03-10T02:30:60Z", "2024-03-10T02:30:00.12x",
        "20a4-03-10T02:30:00", "2024-03-10T02:30:00.123456789Z", "2024-03-10T0/:30:00",
        "2024-03-10T02:30:00.5+01:00", "2024-03-10x02:30:00"}) {
    EXPECT_EQ(Timestamp(text, paris), Timestamp(" " + std::string(text), paris)) << text;
  }
}

TEST(DateTimeTest, TimeWithoutDateIsTodays) {
  EXPECT_EQ(Timestamp("T02:30"), "2023-11-14T02:30:00.000000");
  EXPECT_EQ(Timestamp("02:30:00"), "2023-11-14T02:30:00.000000");
  // There it is the 15th already.
  EXPECT_EQ(Timestamp("12:30", {.time_zone = "Asia/Tokyo"}), "2023-11-15T03:30:00.000000");
  EXPECT_EQ(Timestamp("12:30", {.time_zone = "America/New_York"}), "2023-11-14T17:30:00.000000");
}

TEST(DateTimeTest, ZonesShiftGapsAndOverlaps) {
  const DecodeOptions new_york{.time_zone = "America/New_York"};
  EXPECT_EQ(Timestamp("2024-03-10T01:59:59", new_york), "2024-03-10T06:59:59.000000");
  EXPECT_EQ(Timestamp("2024-03-10T02:30:00", new_york),
            "2024-03-10T07:30:00.000000");  // in the gap: moves on
  EXPECT_EQ(Timestamp("2024-03-10T03:00:00", new_york), "2024-03-10T07:00:00.000000");
  EXPECT_EQ(Timestamp("2024-11-03T01:30:00", new_york),
            "2024-11-03T05:30:00.000000");  // comes twice: the first
  EXPECT_EQ(Timestamp("2024-11-03T02:00:00", new_york), "2024-11-03T07:00:00.000000");
  EXPECT_EQ(Timestamp("1883-11-18T12:00:00", new_york),
            "1883-11-18T16:56:02.000000");  // an overlap of four minutes
  EXPECT_EQ(Timestamp("0001-01-01T00:00:00", new_york), "0001-01-01T04:56:02.000000");
  // Beyond the listed changes the yearly rule holds.
  EXPECT_EQ(Timestamp("2199-07-01T00:00:00", new_york), "2199-07-01T04:00:00.000000");
  EXPECT_EQ(Timestamp("2199-01-01T00:00:00", new_york), "2199-01-01T05:00:00.000000");
  EXPECT_EQ(Timestamp("2150-03-08T02:30:00", new_york), "2150-03-08T07:30:00.000000");
  // Summer over the turn of the year.
  EXPECT_EQ(Timestamp("2199-01-01T00:00:00", {.time_zone = "Australia/Sydney"}),
            "2198-12-31T13:00:00.000000");
  EXPECT_EQ(Timestamp("2199-07-01T00:00:00", {.time_zone = "Australia/Sydney"}),
            "2199-06-30T14:00:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10 02:30", {.time_zone = "PST"}), "2024-03-10T10:30:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10 02:30", {.time_zone = "+05:30"}), "2024-03-09T21:00:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10 02:30", {.time_zone = "EST"}), "2024-03-10T07:30:00.000000");
}

TEST(DateTimeTest, NtzRefusesZones) {
  EXPECT_EQ(Ntz("2024-03-10T02:30:00"), "2024-03-10T02:30:00.000000");
  EXPECT_EQ(Ntz("2024-03-10T02:30:00Z"), "bad");
  EXPECT_EQ(Ntz("02:30"), "bad");
}

TEST(DateTimeTest, DatesAndTheirTraps) {
  EXPECT_EQ(Date("2024-3-1"), "2024-03-01");
  EXPECT_EQ(Date("2024"), "2024-01-01");
  EXPECT_EQ(Date("2024-03-10T99:99 junk"), "2024-03-10");
  EXPECT_EQ(Date("-0001-01-01"), "-0001-01-01");
  EXPECT_EQ(Date("19797"), "+19797-01-01");     // a year
  EXPECT_EQ(Date("20240310"), "+57386-02-01");  // days since 1970
  EXPECT_EQ(Date("-1"), "1969-12-31");
  EXPECT_EQ(Date("2024/03/10"), "bad");
  // Spark 3 ends the query where only Spark 2 took the text; Spark 4 does not.
  EXPECT_EQ(Date("2023-02-29"), "only legacy");
  EXPECT_EQ(Date("10-03-2024"), "only legacy");
  EXPECT_EQ(Date("2023-02-29", {.spark_version = "4.0"}), "bad");
}

TEST(DateTimeTest, DatesEndWhere32BitsOfDaysEnd) {
  EXPECT_EQ(Date("5881580-07-11"), "+5881580-07-11");
  EXPECT_EQ(Date("-5877641-06-23"), "-5877641-06-23");
  for (const char* far : {"5881580-07-12", "5881581-01-01", "-5877641-06-22", "99999999-01-01"}) {
    EXPECT_EQ(Date(far), "bad") << far;
  }
  EXPECT_EQ(Date("9999999"), "+29349-01-25") << "no year, so days since 1970";
}

TEST(DateTimeTest, SegmentsOfTooManyDigits) {
  EXPECT_EQ(Timestamp("9999999999-01-01"), "bad");
  EXPECT_EQ(Timestamp("2024-9999999999-01"), "bad");
  EXPECT_EQ(Timestamp("99999999999999999999"), "bad");
}

TEST(DateTimeTest, ZoneThatIsADirectory) {
  for (const char* directory : {"Europe", "America", "Etc", "US"}) {
    EXPECT_EQ(Timestamp("2024-01-01 00:00:00 " + std::string(directory), {.spark_version = "4.0"}),
              "bad")
        << directory;
    EXPECT_FALSE(DateTimeParsers::Make({.time_zone = directory}).ok()) << directory;
  }
}

// Quadratic, these would take minutes.
TEST(DateTimeTest, LongTextsTakeTimeByTheirLength) {
  std::string many;
  for (int i = 0; i < 1'000'000; ++i) many += "GMT";
  EXPECT_EQ(Date(many + "x"), "bad");
  EXPECT_EQ(Timestamp("2024-03-10T02:30:00" + many + "GMTZ"), "2024-03-10T02:30:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10T02:30:00 GGMTMT"), "2024-03-10T02:30:00.000000")
      << "GMT is left: replaced in one pass, as Java does";
  const std::string zone(3'000'000, 'a');
  EXPECT_EQ(Timestamp(zone, {.timestamp_format = "VV"}), "bad");
}

TEST(DateTimePatternTest, NumbersTextsAndLiterals) {
  const DecodeOptions german{.timestamp_format = "dd.MM.yyyy 'um' HH:mm 'o''clock'"};
  EXPECT_EQ(Timestamp("10.03.2024 um 02:30 o'clock", german), "2024-03-10T02:30:00.000000");
  EXPECT_EQ(Timestamp("10.03.2024 02:30", german), "bad");
  EXPECT_EQ(Timestamp("mar 1, 2024 2:05:06 pm", {.timestamp_format = "MMM d, yyyy h:mm:ss a"}),
            "2024-03-01T14:05:06.000000");
  EXPECT_EQ(Timestamp("12:00 AM", {.timestamp_format = "hh:mm a"}), "1970-01-01T00:00:00.000000");
  EXPECT_EQ(Timestamp("March 2024", {.timestamp_format = "MMMM yyyy"}),
            "2024-03-01T00:00:00.000000");
  EXPECT_EQ(Date("20240310", {.date_format = "yyyyMMdd"}), "2024-03-10");
  EXPECT_EQ(Date("24-03-10", {.date_format = "yy-MM-dd"}), "2024-03-10");
  EXPECT_EQ(Date("2024-070", {.date_format = "yyyy-DDD"}), "2024-03-10");
  EXPECT_EQ(Date("+12024-01-01", {.date_format = "yyyy-MM-dd"}), "+12024-01-01");
  EXPECT_EQ(Date("12024-01-01", {.date_format = "yyyy-MM-dd"}), "only legacy");
  EXPECT_EQ(Timestamp("24:30", {.timestamp_format = "kk:mm"}), "1970-01-01T00:30:00.000000");
}

// As java.time's cross check; each seen in Spark 3.4.1.
TEST(DateTimePatternTest, WhatIsToldTwiceHasToAgree) {
  const DecodeOptions both{.timestamp_format = "MM/dd/yyyy HH:mm a"};
  EXPECT_EQ(Timestamp("03/10/2024 14:30 PM", both), "2024-03-10T14:30:00.000000");
  EXPECT_EQ(Timestamp("03/10/2024 02:30 PM", both), "only legacy");
  EXPECT_EQ(Timestamp("03/10/2024 12:30 AM", both), "only legacy");
  const DecodeOptions two_hours{.timestamp_format = "HH hh"};
  EXPECT_EQ(Timestamp("14 02", two_hours), "1970-01-01T14:00:00.000000");
  EXPECT_EQ(Timestamp("14 03", two_hours), "only legacy");
  EXPECT_EQ(Date("2024-03-10 070", {.date_format = "yyyy-MM-dd DDD"}), "2024-03-10");
  EXPECT_EQ(Date("2024-03-10 001", {.date_format = "yyyy-MM-dd DDD"}), "only legacy");
  EXPECT_EQ(Date("2024-03 070", {.date_format = "yyyy-MM DDD"}), "2024-03-10");
  EXPECT_EQ(Date("2024-03 001", {.date_format = "yyyy-MM DDD"}), "only legacy");
  EXPECT_EQ(Date("2024 11 070", {.date_format = "yyyy dd DDD"}), "only legacy");
  EXPECT_EQ(Date("070", {.date_format = "DDD"}), "1970-03-11");
}

TEST(DateTimePatternTest, FractionsOffsetsZonesAndOptionalParts) {
  const DecodeOptions iso{.timestamp_format = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]",
                          .timestamp_ntz_format = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"};
  EXPECT_EQ(Timestamp("2024-03-10T02:30:00", iso), "2024-03-10T02:30:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10T02:30:00.5-08:00", iso), "2024-03-10T10:30:00.500000");
  EXPECT_EQ(Timestamp("2024-03-10T02:30:00.1234Z", iso), "bad");
  EXPECT_EQ(Ntz("2024-03-10T02:30:00.5", iso), "2024-03-10T02:30:00.500000");
  EXPECT_EQ(Ntz("2024-03-10T02:30:00Z", iso), "bad");
  EXPECT_EQ(Timestamp("2024-03-10 02:30 +0100", {.timestamp_format = "yyyy-MM-dd HH:mm Z"}),
            "2024-03-10T01:30:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10 02:30 +01", {.timestamp_format = "yyyy-MM-dd HH:mm x"}),
            "2024-03-10T01:30:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10 02:30 Europe/Paris", {.timestamp_format = "yyyy-MM-dd HH:mm VV"}),
            "2024-03-10T01:30:00.000000");
  EXPECT_EQ(Timestamp("2024-03-10 02:30 GMT+1", {.timestamp_format = "yyyy-MM-dd HH:mm VV"}),
            "2024-03-10T01:30:00.000000");
}

TEST(DateTimePatternTest, RefusedPatterns) {
  for (const char* pattern : {"EEE, dd MMM yyyy", "u-M-d", "YYYY", "yyyyyyy", "HHH", "V",
                              "yyyy-MM-dd'T", "yyyy]", "QQ", "{yyyy}", "aa"}) {
    const auto made = DateTimeParsers::Make({.timestamp_format = pattern});
    EXPECT_TRUE(!made.ok() && made.status().Is(ErrorKind::kExit)) << pattern;
  }
}

}  // namespace
}  // namespace sluice::decode
