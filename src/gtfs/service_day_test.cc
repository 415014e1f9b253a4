// SPDX-License-Identifier: Apache-2.0
#include "gtfs/service_day.h"

#include <gtest/gtest.h>

namespace sluice::gtfs {
namespace {

constexpr int64_t kNewYear = 1767225600;  // 2026-01-01T00:00:00Z

TEST(ServiceDay, BeginsAtFourAndEndsAtTwentyEight) {
  const Moment before = MomentAt(kNewYear + 4 * 3600 - 1, 0);
  EXPECT_EQ(DateText(before.day), "20251231");
  EXPECT_EQ(TimeText(before.seconds), "27:59:59");
  const Moment after = MomentAt(kNewYear + 4 * 3600, 0);
  EXPECT_EQ(DateText(after.day), "20260101");
  EXPECT_EQ(TimeText(after.seconds), "04:00:00");
  EXPECT_EQ(after.midnight, kNewYear);
}

TEST(ServiceDay, FollowsTheCitysClocks) {
  const Moment east = MomentAt(kNewYear + 4 * 3600, 9 * 3600);
  EXPECT_EQ(DateText(east.day), "20260101");
  EXPECT_EQ(TimeText(east.seconds), "13:00:00");
  const Moment west = MomentAt(kNewYear + 4 * 3600, -5 * 3600);
  EXPECT_EQ(DateText(west.day), "20251231");
  EXPECT_EQ(TimeText(west.seconds), "23:00:00");
  EXPECT_EQ(MinuteText(west.seconds), "2300");
}

TEST(ServiceDay, KnowsLeapDaysAndTimesBefore1970) {
  EXPECT_EQ(DateText(MomentAt(1709208000, 0).day), "20240229");
  EXPECT_EQ(DateText(MomentAt(-1, 0).day), "19691231");
  EXPECT_EQ(MomentAt(-1, 0).seconds, 86399);
}

}  // namespace
}  // namespace sluice::gtfs
