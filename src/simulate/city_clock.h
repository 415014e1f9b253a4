// SPDX-License-Identifier: Apache-2.0
//
// The city's time: the machine's, or one that starts elsewhere and runs faster.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/clock.h"

namespace sluice::simulate {

struct CityTime {
  int64_t ms = 0;                           // since 1970
  std::chrono::milliseconds since_start{};  // of the server, in the city's time
};

// Safe from any thread.
class CityClock {
 public:
  // `start_ms`: what time it is in the city now, milliseconds since 1970; none: the machine's.
  CityClock(Clock& clock, std::optional<int64_t> start_ms, double speed)
      : clock_(clock),
        follows_machine_(!start_ms && speed == 1),
        start_ms_(start_ms.value_or(clock.NowMs())),
        started_(clock.Monotonic()),
        speed_(speed) {}

  int64_t start_ms() const { return start_ms_; }
  CityTime Now() const {
    const std::chrono::duration<double, std::milli> real = clock_.Monotonic() - started_;
    const auto passed = static_cast<int64_t>(real.count() * speed_);
    return {follows_machine_ ? clock_.NowMs() : start_ms_ + passed,
            std::chrono::milliseconds(passed)};
  }

 private:
  Clock& clock_;
  bool follows_machine_;
  int64_t start_ms_;
  std::chrono::nanoseconds started_;
  double speed_;
};

}  // namespace sluice::simulate
