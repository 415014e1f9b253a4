// SPDX-License-Identifier: Apache-2.0
#include "monitor/watermark_history.h"

#include <gtest/gtest.h>

namespace sluice::monitor {
namespace {

using std::chrono::seconds;

double SecondsOf(std::optional<WatermarkHistory::Time> time) {
  return time ? std::chrono::duration<double>(*time).count() : -1;
}

TEST(WatermarkHistory, IsInterpolatedBetweenTwoLooks) {
  WatermarkHistory history;
  history.Add(seconds(100), Offset{1000});
  history.Add(seconds(110), Offset{1100});
  EXPECT_DOUBLE_EQ(SecondsOf(history.PassedAt(Offset{1049})), 105);
  EXPECT_DOUBLE_EQ(SecondsOf(history.PassedAt(Offset{1099})), 110);
}

TEST(WatermarkHistory, BeforeTheFirstLookAndBeyondTheLastNothingIsKnown) {
  WatermarkHistory history;
  EXPECT_FALSE(history.PassedAt(Offset{0}));
  EXPECT_FALSE(history.first_look());
  history.Add(seconds(1), Offset{10});
  history.Add(seconds(2), Offset{20});
  EXPECT_FALSE(history.PassedAt(Offset{9}));
  EXPECT_FALSE(history.PassedAt(Offset{20}));
  EXPECT_EQ(SecondsOf(history.first_look()), 1);
}

TEST(WatermarkHistory, WhatComesAfterAnIdleHourIsYoung) {
  WatermarkHistory history;
  for (int s = 0; s <= 3600; s += 2) history.Add(seconds(s), Offset{50});
  history.Add(seconds(3602), Offset{60});
  EXPECT_GE(SecondsOf(history.PassedAt(Offset{50})), 3600);
  EXPECT_LE(history.size(), 3U);
}

TEST(WatermarkHistory, ADayOfLooksStaysSmallAndRight) {
  WatermarkHistory history;
  for (int s = 0; s <= 86400; s += 2) history.Add(seconds(s), Offset{s * 10});
  EXPECT_LE(history.size(), 256U);
  for (const int s : {100, 5000, 40000, 86000, 86399})
    EXPECT_NEAR(SecondsOf(history.PassedAt(Offset{s * 10})), s, 1) << s;
}

TEST(WatermarkHistory, ATopicMadeAgainBeginsAnew) {
  WatermarkHistory history;
  history.Add(seconds(1), Offset{1000});
  history.Add(seconds(2), Offset{2000});
  history.Add(seconds(3), Offset{5});
  history.Add(seconds(5), Offset{15});
  EXPECT_DOUBLE_EQ(SecondsOf(history.PassedAt(Offset{9})), 4);
}

}  // namespace
}  // namespace sluice::monitor
