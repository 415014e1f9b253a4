// SPDX-License-Identifier: Apache-2.0
#include "stream/latencies.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::stream {
namespace {

constexpr int64_t kTrigger = 1'700'000'000'000;

TEST(AgeCounts, CountsUntilTheCommit) {
  AgeCounts ages(kTrigger);
  ages.Add(kTrigger - 10);
  ages.Add(kTrigger - 10);
  ages.Add(kTrigger);
  const auto latencies = ages.Until(kTrigger + 200);
  ASSERT_EQ(latencies.size(), 2U);
  EXPECT_EQ(latencies[0].ms, 200);
  EXPECT_EQ(latencies[0].records, 1);
  EXPECT_EQ(latencies[1].ms, 210);
  EXPECT_EQ(latencies[1].records, 2);
}

TEST(AgeCounts, AnyAgeIsRightWithinTwoPercent) {
  for (int64_t age = 1; age < (int64_t{1} << 41); age = age * 5 / 4 + 1) {
    AgeCounts ages(kTrigger);
    ages.Add(kTrigger - age);
    if (age > kTrigger) break;
    const auto latencies = ages.Until(kTrigger);
    ASSERT_EQ(latencies.size(), 1U) << age;
    EXPECT_LE(std::abs(static_cast<double>(latencies[0].ms - age)),
              0.016 * static_cast<double>(age))
        << age;
  }
}

TEST(AgeCounts, ARecordWithoutATimestampHasNoAge) {
  AgeCounts ages(kTrigger);
  ages.Add(-1);
  EXPECT_TRUE(ages.Until(kTrigger).empty());
}

TEST(AgeCounts, ATimestampAheadOfTheTriggerIsAsYoungAsCanBe) {
  AgeCounts ages(kTrigger);
  ages.Add(kTrigger + 5000);
  ASSERT_EQ(ages.Until(kTrigger + 100).size(), 1U);
  EXPECT_EQ(ages.Until(kTrigger + 100)[0].ms, 100);
}

TEST(AgeCounts, LanesAddUp) {
  AgeCounts a(kTrigger), b(kTrigger);
  a.Add(kTrigger - 1000);
  b.Add(kTrigger - 1000);
  a.Add(b);
  ASSERT_EQ(a.Until(kTrigger).size(), 1U);
  EXPECT_EQ(a.Until(kTrigger)[0].records, 2);
}

}  // namespace
}  // namespace sluice::stream
