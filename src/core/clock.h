// SPDX-License-Identifier: Apache-2.0
//
// Time, passed in rather than asked for, so that tests own it.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

namespace sluice {

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970-01-01T00:00:00Z; may jump.
  virtual int64_t NowMs() const = 0;
  // Never goes back; for durations and triggers.
  virtual std::chrono::nanoseconds Monotonic() const = 0;
  // Waits for `duration` or until `stop`; false if it was stopped.
  virtual bool SleepFor(std::chrono::nanoseconds duration, const std::stop_token& stop) = 0;
};

// The machine's clocks. Safe from any thread.
Clock& SystemClock();

}  // namespace sluice
