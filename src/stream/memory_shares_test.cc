// SPDX-License-Identifier: Apache-2.0
#include "stream/memory_shares.h"

#include <gtest/gtest.h>

namespace sluice::stream {
namespace {

constexpr int64_t kMiB = 1 << 20;

TEST(ShareMemory, OfTheDefault) {
  const MemoryShares shares = ShareMemory(512 * kMiB);
  EXPECT_EQ(shares.lane_bytes, 160 * kMiB);
  EXPECT_EQ(shares.queue_bytes, 40 * kMiB);
  EXPECT_EQ(shares.rest_bytes, 312 * kMiB);
}

TEST(ShareMemory, TheQueueIsAnEighthWithinItsBounds) {
  EXPECT_EQ(ShareMemory(64 * kMiB).queue_bytes, 8 * kMiB);
  EXPECT_EQ(ShareMemory(128 * kMiB).queue_bytes, 16 * kMiB);
  EXPECT_EQ(ShareMemory(4096 * kMiB).queue_bytes, 40 * kMiB);
}

TEST(ShareMemory, StaysWithinTheBudgetWithHalfOfItInReserve) {
  for (int64_t memory = 64 * kMiB; memory < 100'000 * kMiB; memory = memory * 5 / 4 + 1) {
    const MemoryShares shares = ShareMemory(memory);
    EXPECT_EQ(shares.lane_bytes + shares.queue_bytes + shares.rest_bytes, memory);
    EXPECT_GE(shares.rest_bytes, memory / 2) << memory;
    EXPECT_GT(shares.lane_bytes, shares.queue_bytes) << memory;
  }
}

}  // namespace
}  // namespace sluice::stream
