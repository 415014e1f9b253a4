// SPDX-License-Identifier: Apache-2.0
//
// The most recent progress reports of a query.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::stream {

// spark.sql.streaming.numRecentProgressUpdates.
inline constexpr size_t kProgressKept = 100;

// Safe from any thread.
class ProgressLog {
 public:
  void Add(std::string json) {
    const std::lock_guard lock(mutex_);
    recent_.push_back(std::move(json));
    if (recent_.size() > kProgressKept) recent_.pop_front();
  }
  // Oldest first.
  std::vector<std::string> Recent() const {
    const std::lock_guard lock(mutex_);
    return {recent_.begin(), recent_.end()};
  }

 private:
  mutable std::mutex mutex_;  // guards recent_
  std::deque<std::string> recent_;
};

}  // namespace sluice::stream
