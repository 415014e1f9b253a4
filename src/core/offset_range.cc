// SPDX-License-Identifier: Apache-2.0
#include "core/offset_range.h"

namespace sluice {

std::string TopicPartition::ToString() const {
  return topic + "-" + std::to_string(partition.value);
}

std::string OffsetRange::ToString() const {
  return partition.ToString() + " [" + std::to_string(start.value) + ", " +
         std::to_string(end.value) + ")";
}

std::vector<OffsetRange> RangesBetween(const OffsetMap& start, const OffsetMap& end) {
  std::vector<OffsetRange> ranges;
  for (const auto& [partition, to] : end) {
    auto from = start.find(partition);
    if (from == start.end() || from->second >= to) continue;
    ranges.push_back({partition, from->second, to});
  }
  return ranges;
}

}  // namespace sluice
