// SPDX-License-Identifier: Apache-2.0
//
// A reader's bell: librdkafka rings it when records come into an empty queue.
#pragma once

#include <chrono>
#include <stop_token>

namespace sluice::kafka {

// Wait() belongs to one thread; the descriptor may be written from any.
class Wake {
 public:
  Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  ~Wake();

  // An eventfd, or -1 if the process has no descriptor left: then Wait() is a short sleep.
  int fd() const { return fd_; }
  // Returns when rung, stopped or late, and unrings.
  void Wait(std::chrono::milliseconds timeout, const std::stop_token& stop);

 private:
  int fd_;
};

}  // namespace sluice::kafka
