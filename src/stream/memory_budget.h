// SPDX-License-Identifier: Apache-2.0
//
// Bytes that the lanes of a query may hold together: chunks of records, columns, encoded pages.
//
//   MemoryLease lease(budget);
//   if (!lease.TryResize(estimate)) { ...free something of one's own...; lease.WaitResize(estimate, stop); }
//   lease.Resize(actual);
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace sluice::stream {

// Safe from any thread.
class MemoryBudget {
 public:
  explicit MemoryBudget(int64_t total_bytes) : total_bytes_(total_bytes) {}
  int64_t total_bytes() const { return total_bytes_; }
  int64_t used_bytes() const;
  int64_t peak_bytes() const;

 private:
  friend class MemoryLease;
  bool Fits(int64_t change) const { return change <= 0 || used_bytes_ + change <= total_bytes_; }
  void Apply(int64_t change);

  const int64_t total_bytes_;
  mutable std::mutex mutex_;  // guards the two below
  std::condition_variable_any freed_;
  int64_t used_bytes_ = 0;
  int64_t peak_bytes_ = 0;
};

// One lane's part of the budget; given back when it ends. One thread.
class MemoryLease {
 public:
  explicit MemoryLease(MemoryBudget& budget) : budget_(budget) {}
  MemoryLease(const MemoryLease&) = delete;
  MemoryLease& operator=(const MemoryLease&) = delete;
  ~MemoryLease() { Resize(0); }

  int64_t held_bytes() const { return held_bytes_; }
  // Takes what it really is, over the budget too: memory that is already there cannot be refused.
  void Resize(int64_t bytes);
  // False, and nothing changed, when it does not fit.
  bool TryResize(int64_t bytes);
  // Waits until it fits; false when stopped. A size above the whole budget waits for all the others.
  bool WaitResize(int64_t bytes, const std::stop_token& stop);

 private:
  MemoryBudget& budget_;
  int64_t held_bytes_ = 0;
};

}  // namespace sluice::stream
