// SPDX-License-Identifier: Apache-2.0
#include "simulate/fault_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::simulate {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

FaultSchedule Parsed(std::string_view text) {
  Result<FaultSchedule> schedule = FaultSchedule::Parse(text);
  EXPECT_TRUE(schedule.ok()) << schedule.status().ToString();
  return schedule.ok() ? *std::move(schedule) : FaultSchedule();
}

std::string NameAt(const FaultSchedule& schedule, std::string_view path,
                   std::chrono::milliseconds at) {
  const ScheduledFault* found = schedule.At(path, at);
  return found == nullptr ? "none" : found->fault.name();
}

TEST(FaultSchedule, AFaultHoldsFromItsBeginUntilItsEnd) {
  const FaultSchedule schedule = Parsed("10m-12m: 500; 30m-31m: frozen");
  EXPECT_EQ(NameAt(schedule, "/alerts.pb", minutes(10) - seconds(1)), "none");
  EXPECT_EQ(NameAt(schedule, "/alerts.pb", minutes(10)), "500");
  EXPECT_EQ(NameAt(schedule, "/alerts.pb", minutes(12) - seconds(1)), "500");
  EXPECT_EQ(NameAt(schedule, "/alerts.pb", minutes(12)), "none");
  EXPECT_EQ(NameAt(schedule, "/alerts.pb", minutes(30)), "frozen");
  EXPECT_EQ(schedule.At("/alerts.pb", minutes(30))->begin, minutes(30));
}

TEST(FaultSchedule, OfOneFeedOrOneKindOfFile) {
  const FaultSchedule schedule = Parsed(
      "# a file has lines and comments\n"
      "f03 0-1m: hung   # one city\n"
      "  f04/trip_updates 0-1m: slow:2s ; vehicle_positions 0-1m: html\n"
      "\n"
      "/f05 2m-: old-header:10m\n");
  EXPECT_EQ(NameAt(schedule, "/f03/vehicle_positions.pb", seconds(5)), "hung");
  EXPECT_EQ(NameAt(schedule, "/f03/alerts.json", seconds(5)), "hung");
  EXPECT_EQ(NameAt(schedule, "/f04/trip_updates.pb", seconds(5)), "slow");
  EXPECT_EQ(NameAt(schedule, "/f04/vehicle_positions.pb", seconds(5)), "html");
  EXPECT_EQ(NameAt(schedule, "/vehicle_positions.pb", seconds(5)), "html");
  EXPECT_EQ(NameAt(schedule, "/alerts.pb", seconds(5)), "none");
  EXPECT_EQ(NameAt(schedule, "/f05/alerts.pb", minutes(1)), "none");
  EXPECT_EQ(NameAt(schedule, "/f05/alerts.pb", minutes(10000)), "old-header");
}

TEST(FaultSchedule, TheFirstThatFitsHolds) {
  const FaultSchedule schedule = Parsed("f01 0-1h: none; 0-1h: 503");
  EXPECT_EQ(NameAt(schedule, "/f01/alerts.pb", minutes(1)), "none");
  EXPECT_EQ(NameAt(schedule, "/f02/alerts.pb", minutes(1)), "503");
}

TEST(FaultSchedule, NothingIsNoFault) {
  EXPECT_TRUE(Parsed("").empty());
  EXPECT_TRUE(Parsed(" ; \n # nothing\n").empty());
}

TEST(FaultSchedule, WhatCannotBeReadIsQuoted) {
  for (const char* text : {"500", "10m: 500", "12m-10m: 500", "10m-10m: 500", "10m-12m 500",
                           "a b 10m-12m: 500", "ten-12m: 500"}) {
    const auto schedule = FaultSchedule::Parse(std::string("0-1m: 500; ") + text);
    ASSERT_FALSE(schedule.ok()) << text;
    EXPECT_THAT(schedule.status().message(),
                HasSubstr("'" + std::string(text) + "': expected [FEED] BEGIN-END: FAULT"));
  }
  const auto schedule = FaultSchedule::Parse("1m-2m: melted");
  ASSERT_FALSE(schedule.ok());
  EXPECT_THAT(schedule.status().message(), HasSubstr("'1m-2m: melted': 'melted' is no fault"));
}

}  // namespace
}  // namespace sluice::simulate
