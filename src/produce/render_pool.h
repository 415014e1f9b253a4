// SPDX-License-Identifier: Apache-2.0
//
// The threads that parse and render. One of them takes small bodies only, so that a few huge feeds keep
// nobody waiting.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::produce {

class RenderPool {
 public:
  using Job = std::function<void()>;
  static constexpr size_t kSmallBytes = 1 << 20;

  // At least two threads.
  explicit RenderPool(int threads);
  // Waits for the jobs that run; those that wait are dropped.
  ~RenderPool();
  RenderPool(const RenderPool&) = delete;
  RenderPool& operator=(const RenderPool&) = delete;

  // Queues a job over a body of so many bytes. Thread-safe.
  void Add(size_t bytes, Job job);
  // Waits until there is no job left; false if there still is one after `timeout`.
  bool Drain(std::chrono::nanoseconds timeout);

 private:
  struct Waiting {
    uint64_t number;
    Job job;
  };
  void Work(bool small_only);
  // The next job for such a thread, or null. The caller holds mutex_.
  std::deque<Waiting>* QueueFor(bool small_only);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> small_;  // GUARDED_BY(mutex_)
  std::deque<Waiting> large_;  // GUARDED_BY(mutex_)
  uint64_t added_ = 0;         // GUARDED_BY(mutex_)
  size_t running_ = 0;         // GUARDED_BY(mutex_)
  bool stopping_ = false;      // GUARDED_BY(mutex_)
  std::vector<std::jthread> threads_;
};

}  // namespace sluice::produce
