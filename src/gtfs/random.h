// SPDX-License-Identifier: Apache-2.0
//
// Random numbers that are the same on every machine for a seed (splitmix64): the standard's
// distributions are not.
#pragma once

#include <cstdint>

namespace sluice::gtfs {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // In [0, limit).
  int Below(int limit) { return static_cast<int>(Next() % static_cast<uint64_t>(limit)); }
  // In [low, high).
  double Between(double low, double high) {
    return low +
           (high - low) * (static_cast<double>(Next() >> 11) / static_cast<double>(1ULL << 53));
  }

 private:
  uint64_t state_;
};

}  // namespace sluice::gtfs
