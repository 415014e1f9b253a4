// SPDX-License-Identifier: Apache-2.0
//
// How much a second of something that comes in lumps, such as the rows of batches. The time that is looked
// at grows with the pause between lumps: a steady query has a steady rate, whatever its trigger.
//
//   RecentRate rate(started_ms);
//   rate.Add(now_ms, rows);
//   rate.At(now_ms);
#pragma once

#include <cstdint>
#include <deque>

namespace sluice::page {

// One thread at a time.
class RecentRate {
 public:
  explicit RecentRate(int64_t started_ms) : started_ms_(started_ms) {}

  void Add(int64_t at_ms, int64_t amount);
  double At(int64_t now_ms) const;
  // What came within the last so many milliseconds, as far as it is remembered (ten minutes).
  int64_t SumSince(int64_t from_ms) const;

 private:
  struct Lump {
    int64_t at_ms;
    int64_t amount;
  };
  int64_t WindowMs() const;

  const int64_t started_ms_;
  std::deque<Lump> lumps_;
};

}  // namespace sluice::page
