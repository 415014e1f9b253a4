// SPDX-License-Identifier: Apache-2.0
#include "page/words.h"

#include <gtest/gtest.h>

namespace sluice::page {
namespace {

TEST(Words, Lasting) {
  EXPECT_EQ(Lasting(0.04), "0.0 s");
  EXPECT_EQ(Lasting(1.25), "1.2 s");
  EXPECT_EQ(Lasting(42.4), "42 s");
  EXPECT_EQ(Lasting(600), "10 min");
  EXPECT_EQ(Lasting(7200), "2 h");
  EXPECT_EQ(Lasting(3 * 86400.0), "3 days");
  EXPECT_EQ(Lasting(-5), "0.0 s");
}

TEST(Words, Records) {
  EXPECT_EQ(Records(1), "1 record");
  EXPECT_EQ(Records(12000), "12,000 records");
}

}  // namespace
}  // namespace sluice::page
