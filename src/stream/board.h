// SPDX-License-Identifier: Apache-2.0
//
// How far the batches of a run have come, as the committer reports it and the driver waits for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>

#include "core/result.h"

namespace sluice::stream {

// Counts of batches since the run began.
struct RunCounts {
  int64_t planned = 0;
  int64_t lanes_done = 0;
  int64_t committed = 0;
};

// Safe from any thread. `wake` is requested to stop when a batch fails, so that every wait ends.
class Board {
 public:
  explicit Board(std::stop_source wake) : wake_(std::move(wake)) {}

  void Planned() { Add(&RunCounts::planned); }
  void LanesDone() { Add(&RunCounts::lanes_done); }
  void Committed() { Add(&RunCounts::committed); }
  // Keeps the first failure.
  void Fail(const Status& status);
  Status failure() const;

  using Condition = std::function<bool(const RunCounts&)>;
  // Waits until `condition` holds; false when something failed, `stop` was asked for or `time` passed
  // first.
  bool Wait(const Condition& condition, const std::stop_token& stop,
            std::chrono::milliseconds time = std::chrono::hours(24 * 365));

 private:
  void Add(int64_t RunCounts::* count);

  mutable std::mutex mutex_;  // guards the two below
  std::condition_variable_any changed_;
  RunCounts counts_;
  Status failure_;
  std::stop_source wake_;
};

}  // namespace sluice::stream
