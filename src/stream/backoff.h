// SPDX-License-Identifier: Apache-2.0
//
// Waiting before the next try: doubling, capped, with full jitter, so that many programs that lost
// the same broker do not come back at the same moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace sluice::stream {

class Backoff {
 public:
  explicit Backoff(uint64_t seed) : random_(seed) {}
  // A time between 0 and min(5 s, 100 ms * 2^tries), at least 10 ms.
  std::chrono::milliseconds Next();
  void Reset() { tries_ = 0; }

 private:
  std::mt19937_64 random_;
  int tries_ = 0;
};

}  // namespace sluice::stream
