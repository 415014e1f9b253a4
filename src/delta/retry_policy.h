// SPDX-License-Identifier: Apache-2.0
//
// How often and after which pauses a commit that lost its version to another writer is tried again.
// Pauses are random between zero and a bound that doubles, so that two writers do not keep meeting.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace sluice::delta {

struct RetryPolicy {
  int max_attempts = 100;
  std::chrono::milliseconds first_bound{4};
  std::chrono::milliseconds last_bound{500};

  // Pause before attempt number `attempt` (counted from 0; the first goes at once).
  template <typename Random>
  std::chrono::nanoseconds Pause(int attempt, Random& random) const {
    if (attempt == 0) return std::chrono::nanoseconds(0);
    const int doublings = std::min(attempt - 1, 20);
    const auto bound =
        std::min<std::chrono::nanoseconds>(first_bound * (1LL << doublings), last_bound);
    return std::chrono::nanoseconds(
        std::uniform_int_distribution<int64_t>(0, bound.count())(random));
  }
};

}  // namespace sluice::delta
