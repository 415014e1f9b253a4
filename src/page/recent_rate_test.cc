// SPDX-License-Identifier: Apache-2.0
#include "page/recent_rate.h"

#include <gtest/gtest.h>

namespace sluice::page {
namespace {

TEST(RecentRate, OfOneLumpASecond) {
  RecentRate rate(0);
  for (int64_t s = 1; s <= 60; ++s) rate.Add(s * 1000, 50);
  EXPECT_NEAR(rate.At(60'000), 50, 0.1);
}

TEST(RecentRate, OfLumpsFarApartIsSteadyBetweenThem) {
  RecentRate rate(0);
  for (int64_t s = 60; s <= 600; s += 60) rate.Add(s * 1000, 6000);
  EXPECT_NEAR(rate.At(600'000), 100, 1);
  EXPECT_NEAR(rate.At(630'000), 100, 30);
  EXPECT_GT(rate.At(659'000), 70);
}

TEST(RecentRate, FallsToNothing) {
  RecentRate rate(0);
  rate.Add(5000, 100);
  EXPECT_GT(rate.At(6000), 0);
  EXPECT_EQ(rate.At(20'000), 0);
}

TEST(RecentRate, AtTheStartIsOfTheTimeThatPassed) {
  RecentRate rate(1000);
  rate.Add(3000, 20);
  EXPECT_DOUBLE_EQ(rate.At(3000), 10);
  EXPECT_DOUBLE_EQ(RecentRate(1000).At(1000), 0);
}

TEST(RecentRate, SumsAndForgets) {
  RecentRate rate(0);
  rate.Add(1000, 5);
  rate.Add(1400, 5);
  rate.Add(500'000, 7);
  EXPECT_EQ(rate.SumSince(0), 17);
  EXPECT_EQ(rate.SumSince(499'000), 7);
  rate.Add(700'000, 1);
  EXPECT_EQ(rate.SumSince(0), 8);
}

TEST(RecentRate, AClockThatIsSetBackBeginsAnew) {
  RecentRate rate(0);
  rate.Add(100'000'000, 1000);
  for (int64_t s = 1000; s <= 1060; ++s) rate.Add(s * 1000, 5);
  EXPECT_EQ(rate.SumSince(0), 61 * 5);
}

}  // namespace
}  // namespace sluice::page
