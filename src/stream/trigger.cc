// SPDX-License-Identifier: Apache-2.0
#include "stream/trigger.h"

#include <algorithm>

namespace sluice::stream {

std::chrono::milliseconds TimeToNextTrigger(int64_t fired_ms, int64_t now_ms,
                                            std::chrono::milliseconds interval) {
  if (interval.count() <= 0) return std::chrono::milliseconds(0);
  const int64_t next_ms = fired_ms / interval.count() * interval.count() + interval.count();
  return std::chrono::milliseconds(std::clamp<int64_t>(next_ms - now_ms, 0, interval.count()));
}

std::chrono::milliseconds IdlePause(int64_t idle_looks) {
  return std::chrono::milliseconds(std::clamp<int64_t>(10 + idle_looks / 10, 10, 50));
}

}  // namespace sluice::stream
