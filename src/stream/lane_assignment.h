// SPDX-License-Identifier: Apache-2.0
//
// Which lane reads which partition. A partition stays with its lane from batch to batch, so that what
// its reader fetched ahead is used; only a lopsided batch makes partitions move.
#pragma once

#include <map>
#include <vector>

#include "core/offset_range.h"

namespace sluice::stream {

// One thread.
class LaneAssignment {
 public:
  explicit LaneAssignment(int lanes) : lanes_(lanes) {}

  // The ranges of each lane. A range is never cut: one client cannot read a partition in two places.
  std::vector<std::vector<OffsetRange>> Assign(std::vector<OffsetRange> ranges);
  // The last Assign() made partitions move: the lanes that had them must be done with them first.
  bool moved() const { return moved_; }

 private:
  using ByLane = std::vector<std::vector<OffsetRange>>;
  ByLane Stable(const std::vector<OffsetRange>& ranges);
  ByLane Balanced(const std::vector<OffsetRange>& ranges) const;

  int lanes_;
  bool moved_ = false;
  std::map<TopicPartition, int> lane_of_;
};

}  // namespace sluice::stream
