// SPDX-License-Identifier: Apache-2.0
//
// What a thread of the query does with its time: the seconds of each activity since the meter was made,
// for whoever asks while the thread works.
//
//   meter.Begin(Activity::kDecode);
//   ...
//   double seconds = meter.End();          // back to kWaiting
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "core/clock.h"

namespace sluice::stream {

enum class Activity {
  kWaiting,  // for a task, for records, before another try
  kFetch,
  kDecode,
  kTransform,
  kWrite,
  kCommit,
  kMemory,  // waits until others give memory back
};
inline constexpr size_t kActivities = 7;

// Seconds by activity; together the time since the meter was made, but for a fetch under way.
using ActivitySeconds = std::array<double, kActivities>;

// One thread works, any thread asks. What Seconds() says never becomes less.
class StageMeter {
 public:
  explicit StageMeter(const Clock& clock) : clock_(clock), since_(clock.Monotonic()) {}
  StageMeter(const StageMeter&) = delete;
  StageMeter& operator=(const StageMeter&) = delete;

  void Begin(Activity activity);
  // Seconds of what was begun; the thread waits again.
  double End() { return End(-1); }
  // The same; if it was a fetch, only `busy_seconds` of it were work, the rest was waiting.
  double End(double busy_seconds);
  ActivitySeconds Seconds() const;
  // How many activities were begun: while it grows the thread moves.
  int64_t begun() const;

 private:
  double& Of(Activity activity) { return seconds_[static_cast<size_t>(activity)]; }

  const Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  Activity now_ = Activity::kWaiting;
  std::chrono::nanoseconds since_;
  ActivitySeconds seconds_{};
  int64_t begun_ = 0;
};

}  // namespace sluice::stream
