// SPDX-License-Identifier: Apache-2.0
#include "stream/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace sluice::stream {
namespace {

// The first `tries` waits of one program, in milliseconds.
std::vector<int64_t> Waits(uint64_t seed, int tries) {
  Backoff backoff(seed);
  std::vector<int64_t> waits;
  for (int i = 0; i < tries; ++i) waits.push_back(backoff.Next().count());
  return waits;
}

TEST(Backoff, DoublesUpToFiveSeconds) {
  constexpr int64_t kCeilings[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000};
  int64_t most[9] = {};
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const std::vector<int64_t> waits = Waits(seed, 9);
    for (size_t i = 0; i < waits.size(); ++i) {
      EXPECT_GE(waits[i], 10);
      EXPECT_LE(waits[i], kCeilings[i]) << "try " << i;
      most[i] = std::max(most[i], waits[i]);
    }
  }
  for (size_t i = 0; i < 9; ++i) EXPECT_GT(most[i], kCeilings[i] * 9 / 10) << "try " << i;
}

TEST(Backoff, StaysWithinItsCapForEver) {
  for (int64_t wait : Waits(1, 2000)) {
    EXPECT_GE(wait, 10);
    EXPECT_LE(wait, 5000);
  }
}

TEST(Backoff, SpreadsOverTheWholeSpan) {
  int64_t least = 5000;
  for (uint64_t seed = 0; seed < 200; ++seed) least = std::min(least, Waits(seed, 10).back());
  EXPECT_LT(least, 500) << "full jitter: a late try can be an early one too";
}

TEST(Backoff, ProgramsThatFailTogetherComeBackApart) {
  EXPECT_NE(Waits(1, 5), Waits(2, 5));
  EXPECT_EQ(Waits(1, 5), Waits(1, 5));
}

TEST(Backoff, BeginsAgainAfterAReset) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Backoff backoff(seed);
    for (int i = 0; i < 10; ++i) backoff.Next();
    backoff.Reset();
    EXPECT_LE(backoff.Next().count(), 100);
    EXPECT_LE(backoff.Next().count(), 200);
  }
}

}  // namespace
}  // namespace sluice::stream
