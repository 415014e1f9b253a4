// SPDX-License-Identifier: Apache-2.0
#include "core/testing/manual_clock.h"

#include <thread>

namespace sluice {

using std::chrono::nanoseconds;

ManualClock::ManualClock(int64_t now_ms, Sleep sleep) : epoch_ms_(now_ms), sleep_(sleep) {}

int64_t ManualClock::NowMs() const {
  return epoch_ms_ + std::chrono::duration_cast<std::chrono::milliseconds>(Monotonic()).count();
}

nanoseconds ManualClock::Monotonic() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

bool ManualClock::SleepFor(nanoseconds duration, const std::stop_token& stop) {
  if (sleep_ == Sleep::kJump) {
    Advance(duration);
    std::this_thread::yield();
    return !stop.stop_requested();
  }
  std::unique_lock lock(mutex_);
  const nanoseconds until = now_ + duration;
  ++sleepers_;
  moved_.wait(lock, stop, [&] { return now_ >= until; });
  --sleepers_;
  return !stop.stop_requested();
}

void ManualClock::Advance(nanoseconds duration) {
  {
    const std::lock_guard lock(mutex_);
    now_ += duration;
  }
  moved_.notify_all();
}

int ManualClock::sleepers() const {
  const std::lock_guard lock(mutex_);
  return sleepers_;
}

}  // namespace sluice
