// SPDX-License-Identifier: Apache-2.0
//
// Waiting for what another thread does: polls with a deadline, so that no test hangs.
//
//   EXPECT_TRUE(Eventually([&] { return clock.sleepers() == 1; }));
#pragma once

#include <chrono>
#include <thread>

namespace sluice::stream {

// True when `condition` holds within 20 seconds.
template <typename Condition>
bool Eventually(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace sluice::stream
