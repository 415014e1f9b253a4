// SPDX-License-Identifier: Apache-2.0
#include "cli/simulate_command.h"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

constexpr int64_t kNoon = (int64_t{1767225600} + 12 * 3600) * 1000;
constexpr int kHour = 3600;

TEST(SimulateCommand, ClocksAreHalfADayFromUtcAtMost) {
  EXPECT_EQ(UtcOffsetFor(12 * kHour, kNoon), 0);
  EXPECT_EQ(UtcOffsetFor(7 * kHour, kNoon), -5 * kHour);
  EXPECT_EQ(UtcOffsetFor(0, kNoon), -12 * kHour);
  EXPECT_EQ(UtcOffsetFor(23 * kHour, kNoon), 11 * kHour);
  EXPECT_EQ(UtcOffsetFor(8 * kHour, kNoon + int64_t{10} * kHour * 1000), 10 * kHour);
  EXPECT_EQ(UtcOffsetFor(20 * kHour, kNoon - int64_t{10} * kHour * 1000), -6 * kHour);
}

TEST(SimulateCommand, ClocksDifferByWholeMinutes) {
  for (int second = 0; second < 120; ++second)
    EXPECT_EQ(UtcOffsetFor(7 * kHour, kNoon + second * 1000) % 60, 0);
}

}  // namespace
}  // namespace sluice::cli
