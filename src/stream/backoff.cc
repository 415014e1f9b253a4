// SPDX-License-Identifier: Apache-2.0
#include "stream/backoff.h"

#include <algorithm>

namespace sluice::stream {

std::chrono::milliseconds Backoff::Next() {
  constexpr int64_t kFirstMs = 100;
  constexpr int64_t kCapMs = 5000;
  constexpr int64_t kLeastMs = 10;
  const int64_t ceiling = std::min(kCapMs, kFirstMs << std::min(tries_, 10));
  ++tries_;
  return std::chrono::milliseconds(
      std::uniform_int_distribution<int64_t>(kLeastMs, ceiling)(random_));
}

}  // namespace sluice::stream
