// SPDX-License-Identifier: Apache-2.0
#include "doctor/wording.h"

#include <gtest/gtest.h>

namespace sluice::doctor {
namespace {

TEST(Wording, Numbers) {
  EXPECT_EQ(Counted(1, "batch", "batches"), "1 batch");
  EXPECT_EQ(Counted(0, "batch", "batches"), "0 batches");
  EXPECT_EQ(Bytes(999), "999 bytes");
  EXPECT_EQ(Bytes(1000), "1.0 KB");
  EXPECT_EQ(Bytes(999'999), "1.0 MB");
  EXPECT_EQ(Bytes(41'234'567'890), "41 GB");
}

TEST(Wording, Ages) {
  EXPECT_EQ(Age(-5), "0 s");
  EXPECT_EQ(Age(119'000), "119 s");
  EXPECT_EQ(Age(600'000), "10 min");
  EXPECT_EQ(Age(3 * 3'600'000), "3 h");
  EXPECT_EQ(Age(10LL * 86'400'000), "10 days");
}

TEST(Wording, ListsAreCut) {
  EXPECT_EQ(List({}, 3), "");
  EXPECT_EQ(List({"a", "b"}, 3), "a, b");
  EXPECT_EQ(List({"a", "b", "c", "d"}, 2), "a, b and 2 more");
}

TEST(Wording, OtherTextsBecomeOneHarmlessLine) {
  EXPECT_EQ(OneLine("a\n  b\x1b[31m\x7f\n"), "a b?[31m?");
  EXPECT_EQ(OneLine("\xC2\x9B"
                    "31m"),
            "?31m");
  EXPECT_EQ(OneLine(std::string(500, 'x')).size(), 403u);
  EXPECT_EQ(OneLine("\xC3\xA4\xC3\xA4", 3), "\xC3\xA4...");  // no half character
}

TEST(Wording, OnlyWhatHappenedIsKeptOfAnError) {
  EXPECT_EQ(Essence("it failed: why. Nothing was written; do this."), "it failed: why");
  EXPECT_EQ(Essence("it failed\nNothing was written"), "it failed");
  EXPECT_EQ(Essence("it failed"), "it failed");
}

}  // namespace
}  // namespace sluice::doctor
