// SPDX-License-Identifier: Apache-2.0
#include "produce/render_pool.h"

#include <algorithm>
#include <utility>

namespace sluice::produce {

RenderPool::RenderPool(int threads) {
  for (int i = 0; i < std::max(2, threads); ++i) {
    threads_.emplace_back([this, small_only = i == 0] { Work(small_only); });
  }
}

RenderPool::~RenderPool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

void RenderPool::Add(size_t bytes, Job job) {
  {
    const std::scoped_lock lock(mutex_);
    (bytes <= kSmallBytes ? small_ : large_).push_back({added_++, std::move(job)});
  }
  changed_.notify_all();
}

bool RenderPool::Drain(std::chrono::nanoseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout,
                           [this] { return small_.empty() && large_.empty() && running_ == 0; });
}

std::deque<RenderPool::Waiting>* RenderPool::QueueFor(bool small_only) {
  if (small_only || large_.empty()) return small_.empty() ? nullptr : &small_;
  if (small_.empty()) return &large_;
  return small_.front().number < large_.front().number ? &small_ : &large_;
}

void RenderPool::Work(bool small_only) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || QueueFor(small_only) != nullptr; });
    if (stopping_) return;
    std::deque<Waiting>* queue = QueueFor(small_only);
    const Job job = std::move(queue->front().job);
    queue->pop_front();
    ++running_;
    lock.unlock();
    job();
    lock.lock();
    --running_;
    changed_.notify_all();
  }
}

}  // namespace sluice::produce
