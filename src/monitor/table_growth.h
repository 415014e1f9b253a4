// SPDX-License-Identifier: Apache-2.0
//
// Files and bytes of a table: those of a version that was looked up, and what was committed after it.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

namespace sluice::monitor {

struct TableTotals {
  int64_t files = 0;
  int64_t bytes = 0;
};

// Thread-safe.
class TableGrowth {
 public:
  void Known(int64_t version, TableTotals totals) {
    const std::scoped_lock lock(mutex_);
    known_ = totals;
    known_version_ = version;
    later_.erase(later_.begin(), later_.upper_bound(version));
  }
  void Committed(int64_t version, TableTotals added) {
    const std::scoped_lock lock(mutex_);
    if (version <= known_version_) return;
    later_[version] = added;
    if (later_.size() > kMost) FoldOldest();
  }
  TableTotals now() const {
    const std::scoped_lock lock(mutex_);
    TableTotals sum = known_;
    for (const auto& [version, added] : later_) Add(added, sum);
    return sum;
  }

 private:
  static constexpr size_t kMost = 1000;
  static void Add(TableTotals added, TableTotals& sum) {
    sum.files += added.files;
    sum.bytes += added.bytes;
  }
  void FoldOldest() {
    Add(later_.begin()->second, known_);
    known_version_ = later_.begin()->first;
    later_.erase(later_.begin());
  }

  mutable std::mutex mutex_;  // guards all below
  TableTotals known_;
  int64_t known_version_ = -1;
  std::map<int64_t, TableTotals> later_;
};

}  // namespace sluice::monitor
