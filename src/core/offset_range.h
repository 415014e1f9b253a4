// SPDX-License-Identifier: Apache-2.0
//
// Which part of which Kafka partitions a batch covers.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/ids.h"

namespace sluice {

struct TopicPartition {
  std::string topic;
  PartitionId partition;
  auto operator<=>(const TopicPartition&) const = default;
  // "topic-3", as Kafka's own tools print it.
  std::string ToString() const;
};

// Next offset to read of each partition; ordered by topic, then partition.
using OffsetMap = std::map<TopicPartition, Offset>;

// The records [start, end) of one partition.
struct OffsetRange {
  TopicPartition partition;
  Offset start;
  Offset end;
  int64_t size() const { return end.value - start.value; }
  bool operator==(const OffsetRange&) const = default;
  // "topic-3 [120, 450)".
  std::string ToString() const;
};

// The non-empty ranges from `start` to `end`; a partition missing in `start` is left out.
std::vector<OffsetRange> RangesBetween(const OffsetMap& start, const OffsetMap& end);

}  // namespace sluice
