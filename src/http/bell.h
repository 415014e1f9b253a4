// SPDX-License-Identifier: Apache-2.0
//
// Wakes a thread out of poll(), from any other.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "http/server.h"

namespace sluice::http {

class Bell {
 public:
  Bell();
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  int fd() const { return fd_; }  // readable after Ring(), until Quiet()
  void Ring();
  void Quiet();

 private:
  const int fd_;
};

// Counts its rings, so that one which came while nobody waited is not lost.
class CountingWaker : public Waker {
 public:
  void Ring() override;
  uint64_t rings() const { return rings_.load(); }
  // The bell of a server to ring from now on.
  void Listen(const std::shared_ptr<Bell>& bell);

 private:
  std::atomic<uint64_t> rings_{0};
  std::mutex mutex_;
  std::vector<std::weak_ptr<Bell>> bells_;  // guarded by mutex_
};

}  // namespace sluice::http
