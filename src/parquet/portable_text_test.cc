// SPDX-License-Identifier: Apache-2.0
#include "parquet/portable_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sluice::parquet {

namespace {

TEST(PortableTextTest, DatesInsideFourDigitYears) {
  EXPECT_EQ(PortableDate(0), "1970-01-01");
  EXPECT_EQ(PortableDate(-719'162), "0001-01-01");
  EXPECT_EQ(PortableDate(-719'163), std::nullopt);
  EXPECT_EQ(PortableDate(2'932'896), "9999-12-31");
  EXPECT_EQ(PortableDate(2'932'897), std::nullopt);
}

TEST(PortableTextTest, TimestampsInsideFourDigitYears) {
  EXPECT_EQ(PortableTimestamp(-1), "1969-12-31T23:59:59.999999");
  EXPECT_EQ(PortableTimestamp(-62'135'596'800'000'000), "0001-01-01T00:00:00.000000");
  EXPECT_EQ(PortableTimestamp(-62'135'596'800'000'001), std::nullopt);
  EXPECT_EQ(PortableTimestamp(253'402'300'799'999'999), "9999-12-31T23:59:59.999999");
  EXPECT_EQ(PortableTimestamp(253'402'300'800'000'000), std::nullopt);
  EXPECT_EQ(PortableTimestamp(std::numeric_limits<int64_t>::min()), std::nullopt);
  EXPECT_EQ(PortableTimestamp(std::numeric_limits<int64_t>::max()), std::nullopt);
}

TEST(PortableTextTest, DecimalsKeepTheirScale) {
  EXPECT_EQ(DecimalText(0, 0), "0");
  EXPECT_EQ(DecimalText(0, 2), "0.00");
  EXPECT_EQ(DecimalText(-5, 2), "-0.05");
  EXPECT_EQ(DecimalText(12345, 2), "123.45");
  EXPECT_EQ(DecimalText(1, 18), "0.000000000000000001");
}

TEST(PortableTextTest, ShortestFloats) {
  EXPECT_EQ(DoubleText(5), "5.0");
  EXPECT_EQ(DoubleText(0.1), "0.1");
  EXPECT_EQ(FloatText(0.1F), "0.1");
  EXPECT_EQ(DoubleText(1e22), "1e+22");
  EXPECT_EQ(DoubleText(-0.0), "-0.0");
  EXPECT_EQ(DoubleText(-INFINITY), "-Infinity");
  EXPECT_EQ(FloatText(NAN), "NaN");
}

}  // namespace

}  // namespace sluice::parquet
