// SPDX-License-Identifier: Apache-2.0
//
// A clock that only tests move.
//
//   ManualClock clock(1'700'000'000'000);
//   clock.Advance(std::chrono::seconds(10));
#pragma once

#include <condition_variable>
#include <mutex>

#include "core/clock.h"

namespace sluice {

// Safe from any thread.
class ManualClock : public Clock {
 public:
  // kWait: a sleeper sleeps until Advance() passes its time. kJump: a sleep moves the clock and returns.
  enum class Sleep { kWait, kJump };
  explicit ManualClock(int64_t now_ms, Sleep sleep = Sleep::kWait);

  int64_t NowMs() const override;
  std::chrono::nanoseconds Monotonic() const override;
  bool SleepFor(std::chrono::nanoseconds duration, const std::stop_token& stop) override;

  void Advance(std::chrono::nanoseconds duration);
  // How many threads sleep now.
  int sleepers() const;

 private:
  const int64_t epoch_ms_;
  const Sleep sleep_;
  mutable std::mutex mutex_;  // guards the two below
  std::condition_variable_any moved_;
  std::chrono::nanoseconds now_{0};
  int sleepers_ = 0;
};

}  // namespace sluice
