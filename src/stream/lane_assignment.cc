// SPDX-License-Identifier: Apache-2.0
#include "stream/lane_assignment.h"

#include <algorithm>
#include <cstdint>

namespace sluice::stream {

namespace {

// Below this a new reader's first fetch costs more than it saves.
constexpr int64_t kRecordsWorthMoving = 25000;

int64_t Load(const std::vector<OffsetRange>& ranges) {
  int64_t records = 0;
  for (const OffsetRange& range : ranges) records += range.size();
  return records;
}

int64_t MaxLoad(const std::vector<std::vector<OffsetRange>>& by_lane) {
  int64_t most = 0;
  for (const auto& ranges : by_lane) most = std::max(most, Load(ranges));
  return most;
}

int LeastLoaded(const std::vector<int64_t>& load) {
  return static_cast<int>(std::min_element(load.begin(), load.end()) - load.begin());
}

void LargestFirst(std::vector<OffsetRange>& ranges) {
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const OffsetRange& a, const OffsetRange& b) { return a.size() > b.size(); });
}

}  // namespace

std::vector<std::vector<OffsetRange>> LaneAssignment::Assign(std::vector<OffsetRange> ranges) {
  LargestFirst(ranges);
  ByLane balanced = Balanced(ranges);
  ByLane stable = Stable(ranges);
  const int64_t gain = MaxLoad(stable) - MaxLoad(balanced);
  moved_ = gain >= kRecordsWorthMoving;
  if (!moved_) return stable;
  for (int lane = 0; lane < lanes_; ++lane) {
    for (const OffsetRange& range : balanced[static_cast<size_t>(lane)])
      lane_of_[range.partition] = lane;
  }
  return balanced;
}

LaneAssignment::ByLane LaneAssignment::Stable(const std::vector<OffsetRange>& ranges) {
  ByLane by_lane(static_cast<size_t>(lanes_));
  std::vector<int64_t> partitions(static_cast<size_t>(lanes_), 0);
  for (const auto& [partition, lane] : lane_of_) ++partitions[static_cast<size_t>(lane)];
  for (const OffsetRange& range : ranges) {
    auto [found, is_new] = lane_of_.try_emplace(range.partition, 0);
    if (is_new) {
      found->second = LeastLoaded(partitions);
      ++partitions[static_cast<size_t>(found->second)];
    }
    by_lane[static_cast<size_t>(found->second)].push_back(range);
  }
  return by_lane;
}

// Largest first, each to the lane with the least records so far.
LaneAssignment::ByLane LaneAssignment::Balanced(const std::vector<OffsetRange>& ranges) const {
  ByLane by_lane(static_cast<size_t>(lanes_));
  std::vector<int64_t> load(static_cast<size_t>(lanes_), 0);
  for (const OffsetRange& range : ranges) {
    const auto lane = static_cast<size_t>(LeastLoaded(load));
    by_lane[lane].push_back(range);
    load[lane] += range.size();
  }
  return by_lane;
}

}  // namespace sluice::stream
