// SPDX-License-Identifier: Apache-2.0
//
// Where the producer's other threads leave word for its loop.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice::produce {

// Thread-safe.
template <typename Event>
class Mailbox {
 public:
  void Post(Event event) {
    {
      const std::scoped_lock lock(mutex_);
      events_.push_back(std::move(event));
    }
    arrived_.notify_one();
  }
  // Ends a wait.
  void Ring() {
    {
      const std::scoped_lock lock(mutex_);
      rung_ = true;
    }
    arrived_.notify_one();
  }
  std::vector<Event> TakeAll() {
    const std::scoped_lock lock(mutex_);
    rung_ = false;
    return std::exchange(events_, {});
  }
  // Returns when there is an event, when rung, or after `timeout`.
  void Wait(std::chrono::nanoseconds timeout) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, timeout, [this] { return rung_ || !events_.empty(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Event> events_;  // GUARDED_BY(mutex_)
  bool rung_ = false;          // GUARDED_BY(mutex_)
};

}  // namespace sluice::produce
