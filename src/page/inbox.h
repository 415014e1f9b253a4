// SPDX-License-Identifier: Apache-2.0
//
// Where those who work leave what a page shows, for the page to fetch when it likes. Whoever puts never waits
// for the page: the lock is held for one push or one swap, and what is too much is dropped and counted.
//
//   Inbox<QueryEvent> inbox;
//   inbox.Put(Warned{...});            // any thread
//   auto [events, dropped] = inbox.Take();
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice::page {

// Thread-safe.
template <typename Event>
class Inbox {
 public:
  struct Taken {
    std::vector<Event> events;  // in the order in which they were put
    int64_t dropped = 0;        // since the last time
  };

  explicit Inbox(size_t most = 4096) : most_(most) {}

  void Put(Event event) {
    const std::scoped_lock lock(mutex_);
    if (events_.size() >= most_) {
      ++dropped_;
    } else {
      events_.push_back(std::move(event));
    }
  }

  Taken Take() {
    const std::scoped_lock lock(mutex_);
    return {std::exchange(events_, {}), std::exchange(dropped_, 0)};
  }

 private:
  const size_t most_;
  std::mutex mutex_;  // guards the two below
  std::vector<Event> events_;
  int64_t dropped_ = 0;
};

}  // namespace sluice::page
