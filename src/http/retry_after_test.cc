// SPDX-License-Identifier: Apache-2.0
#include "http/retry_after.h"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int64_t kNow = 784111777000;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(ParseRetryAfter, Seconds) {
  EXPECT_EQ(ParseRetryAfter("120", kNow), seconds(120));
  EXPECT_EQ(ParseRetryAfter(" 0 ", kNow), seconds(0));
  EXPECT_EQ(ParseRetryAfter("1.5", kNow), seconds(2));
  EXPECT_EQ(ParseRetryAfter("30.0", kNow), seconds(30));
}

TEST(ParseRetryAfter, TheThreeFormsOfADate) {
  for (const char* text : {"Sun, 06 Nov 1994 08:50:37 GMT", "Sunday, 06-Nov-94 08:50:37 GMT",
                           "Sun Nov  6 08:50:37 1994"})
    EXPECT_EQ(ParseRetryAfter(text, kNow), seconds(60)) << text;
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:49:38 GMT", kNow + 250), milliseconds(750));
}

TEST(ParseRetryAfter, ThePastIsNowAndTheFarFutureAYear) {
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:00:00 GMT", kNow), seconds(0));
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999999", kNow), std::chrono::hours(24 * 365));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 2044 08:00:00 GMT", kNow), std::chrono::hours(24 * 365));
}

TEST(ParseRetryAfter, WhatCannotBeReadIsNothing) {
  for (const char* text :
       {"", " ", "-1", "soon", "1.x", "12 s", "0x10", "Sun", "January 2026 10:00"})
    EXPECT_EQ(ParseRetryAfter(text, kNow), std::nullopt) << text;
}

}  // namespace
}  // namespace sluice::http
