// SPDX-License-Identifier: Apache-2.0
//
// When a partition's end passed which offset: how old a record is that nobody has read, without reading it.
//
//   WatermarkHistory history;
//   history.Add(now, 1000);                 // at each look
//   history.PassedAt(Offset{1010})          // when record 1010 was there, between two looks by proportion
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/ids.h"

namespace sluice::monitor {

// One thread at a time. Old looks are thinned out: the further back, the coarser.
class WatermarkHistory {
 public:
  using Time = std::chrono::nanoseconds;  // of a clock that never goes back

  void Add(Time at, Offset end);
  // When the record at `offset` was first there; null if it was there before the first look, or is not yet.
  std::optional<Time> PassedAt(Offset offset) const;
  // Null before the first look.
  std::optional<Time> first_look() const;
  size_t size() const { return looks_.size(); }

 private:
  struct Look {
    Time at;
    int64_t end;
  };
  static constexpr size_t kMost = 256;
  void Thin();

  std::deque<Look> looks_;
};

}  // namespace sluice::monitor
