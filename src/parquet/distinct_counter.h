// SPDX-License-Identifier: Apache-2.0
//
// Counts the distinct values of a sample by their hashes; a collision errs by one in many thousands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::parquet {

class DistinctCounter {
 public:
  void Add(uint64_t hash) {
    hash |= 1;  // 0 is a free slot
    if (!Insert(hash)) return;
    ++distinct_;
    if (static_cast<size_t>(distinct_) * 2 > slots_.size()) Grow();
  }

  int64_t distinct() const { return distinct_; }

 private:
  static constexpr size_t kFirstSlots = 256;

  // False if it was there.
  bool Insert(uint64_t hash) {
    const size_t mask = slots_.size() - 1;
    for (size_t i = hash >> 20 & mask;; i = (i + 1) & mask) {
      if (slots_[i] == hash) return false;
      if (slots_[i] != 0) continue;
      slots_[i] = hash;
      return true;
    }
  }

  void Grow() {
    std::vector<uint64_t> old(slots_.size() * 2, 0);
    old.swap(slots_);
    for (const uint64_t hash : old) {
      if (hash != 0) Insert(hash);
    }
  }

  std::vector<uint64_t> slots_ = std::vector<uint64_t>(kFirstSlots, 0);  // a power of two of them
  int64_t distinct_ = 0;
};

}  // namespace sluice::parquet
