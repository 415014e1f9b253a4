// SPDX-License-Identifier: Apache-2.0
#include "stream/memory_shares.h"

#include <algorithm>

namespace sluice::stream {

namespace {

// Less makes the lanes wait for the broker; more is fetched ahead for nothing.
constexpr int64_t kLeastQueue = 8LL << 20;
constexpr int64_t kMostQueue = 40LL << 20;

}  // namespace

MemoryShares ShareMemory(int64_t memory_bytes) {
  MemoryShares shares{};
  shares.lane_bytes = memory_bytes / 16 * 5;
  shares.queue_bytes = std::clamp(memory_bytes / 8, kLeastQueue, kMostQueue);
  shares.rest_bytes = memory_bytes - shares.lane_bytes - shares.queue_bytes;
  return shares;
}

}  // namespace sluice::stream
