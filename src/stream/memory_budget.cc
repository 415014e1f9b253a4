// SPDX-License-Identifier: Apache-2.0
#include "stream/memory_budget.h"

#include <algorithm>

namespace sluice::stream {

int64_t MemoryBudget::used_bytes() const {
  const std::lock_guard lock(mutex_);
  return used_bytes_;
}

int64_t MemoryBudget::peak_bytes() const {
  const std::lock_guard lock(mutex_);
  return peak_bytes_;
}

void MemoryBudget::Apply(int64_t change) {
  used_bytes_ += change;
  peak_bytes_ = std::max(peak_bytes_, used_bytes_);
  if (change < 0) freed_.notify_all();
}

void MemoryLease::Resize(int64_t bytes) {
  const std::lock_guard lock(budget_.mutex_);
  budget_.Apply(bytes - held_bytes_);
  held_bytes_ = bytes;
}

bool MemoryLease::TryResize(int64_t bytes) {
  const std::lock_guard lock(budget_.mutex_);
  if (!budget_.Fits(bytes - held_bytes_)) return false;
  budget_.Apply(bytes - held_bytes_);
  held_bytes_ = bytes;
  return true;
}

bool MemoryLease::WaitResize(int64_t bytes, const std::stop_token& stop) {
  std::unique_lock lock(budget_.mutex_);
  auto fits = [&] {
    return budget_.Fits(bytes - held_bytes_) || budget_.used_bytes_ == held_bytes_;
  };
  if (!budget_.freed_.wait(lock, stop, fits)) return false;
  budget_.Apply(bytes - held_bytes_);
  held_bytes_ = bytes;
  return true;
}

}  // namespace sluice::stream
