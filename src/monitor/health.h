// SPDX-License-Identifier: Apache-2.0
//
// Whether the query does its work, and if not, why: what /readyz answers.
#pragma once

#include <mutex>
#include <string>
#include <utility>

namespace sluice::monitor {

// Thread-safe. Not ready until told so.
class Health {
 public:
  void SetReady() {
    const std::scoped_lock lock(mutex_);
    ready_ = true;
    reason_.clear();
  }
  void SetNotReady(std::string reason) {
    const std::scoped_lock lock(mutex_);
    ready_ = false;
    reason_ = std::move(reason);
  }
  bool ready() const {
    const std::scoped_lock lock(mutex_);
    return ready_;
  }
  std::string reason() const {
    const std::scoped_lock lock(mutex_);
    return reason_;
  }

 private:
  mutable std::mutex mutex_;
  bool ready_ = false;               // GUARDED_BY(mutex_)
  std::string reason_ = "starting";  // GUARDED_BY(mutex_)
};

}  // namespace sluice::monitor
