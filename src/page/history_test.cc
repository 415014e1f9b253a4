// SPDX-License-Identifier: Apache-2.0
#include "page/history.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::page {
namespace {

using Fold = History::Fold;

TEST(History, KeepsTheSecondsOfTenMinutes) {
  History history({Fold::kMean});
  for (int64_t t = 1000; t < 2000; ++t) history.Add(t, {static_cast<double>(t)});
  ASSERT_EQ(history.fine().size(), History::kFinePoints);
  EXPECT_EQ(history.fine().front().at_s, 1400);
  EXPECT_EQ(history.fine().back().at_s, 1999);
}

TEST(History, FoldsTenSecondsIntoMeanOrWorst) {
  History history({Fold::kMean, Fold::kWorst});
  for (int64_t t = 100; t <= 110; ++t)
    history.Add(t, {static_cast<double>(t), static_cast<double>(t)});
  ASSERT_EQ(history.coarse().size(), 1);
  EXPECT_EQ(history.coarse()[0].at_s, 100);
  EXPECT_DOUBLE_EQ(history.coarse()[0].values[0], 104.5);
  EXPECT_DOUBLE_EQ(history.coarse()[0].values[1], 109);
}

TEST(History, KeepsAnHourOfTenSeconds) {
  History history({Fold::kMean});
  for (int64_t t = 0; t < 5000; ++t) history.Add(t, {1});
  ASSERT_EQ(history.coarse().size(), History::kCoarsePoints);
  EXPECT_EQ(history.coarse().back().at_s, 4980);
  EXPECT_EQ(history.coarse().front().at_s, 4980 - 3590);
}

TEST(History, WhatIsUnknownIsLeftOutOfTheFold) {
  History history({Fold::kMean, Fold::kWorst});
  history.Add(100, {History::kUnknown, History::kUnknown});
  history.Add(101, {4, -3});
  history.Add(110, {});
  EXPECT_DOUBLE_EQ(history.coarse()[0].values[0], 4);
  EXPECT_DOUBLE_EQ(history.coarse()[0].values[1], -3);
  EXPECT_TRUE(std::isnan(history.fine().back().values[0]));
  history.Add(120, {});
  EXPECT_TRUE(std::isnan(history.coarse()[1].values[0]));
}

TEST(History, AClockThatIsSetBackBeginsAnew) {
  History history({Fold::kMean});
  for (int64_t t = 10'000; t < 10'100; ++t) history.Add(t, {1});
  history.Add(100, {2});
  history.Add(101, {3});
  ASSERT_EQ(history.fine().size(), 2);
  EXPECT_EQ(history.fine().front().at_s, 100);
  EXPECT_TRUE(history.coarse().empty());
}

TEST(History, AClockThatGoesBackAddsNothing) {
  History history({Fold::kMean});
  history.Add(100, {1});
  history.Add(100, {2});
  history.Add(99, {3});
  ASSERT_EQ(history.fine().size(), 1);
  EXPECT_DOUBLE_EQ(history.fine()[0].values[0], 1);
}

}  // namespace
}  // namespace sluice::page
