// SPDX-License-Identifier: Apache-2.0
#include "stream/rate_limit.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice::stream {

namespace {

int64_t SizeOf(const OffsetMap& start, const TopicPartition& partition, Offset end) {
  auto begin = start.find(partition);
  return begin == start.end() ? 0 : std::max<int64_t>(end.value - begin->second.value, 0);
}

// The same operations in the same order as Spark, so that both plan the same batch.
int64_t Share(int64_t max_records, int64_t size, double total) {
  const double prorated = static_cast<double>(max_records) * (static_cast<double>(size) / total);
  const double whole = prorated < 1 ? std::ceil(prorated) : std::floor(prorated);
  constexpr auto kMax = static_cast<double>(std::numeric_limits<int64_t>::max());
  return whole >= kMax ? std::numeric_limits<int64_t>::max() : static_cast<int64_t>(whole);
}

}  // namespace

OffsetMap LimitedEnd(const OffsetMap& start, const OffsetMap& latest, int64_t max_records) {
  double total = 0;
  for (const auto& [partition, end] : latest) {
    total += static_cast<double>(SizeOf(start, partition, end));
  }
  OffsetMap limited = latest;
  if (total < 1) return limited;
  for (auto& [partition, end] : limited) {
    const int64_t size = SizeOf(start, partition, end);
    if (size == 0) continue;
    end.value = end.value - size + std::min(size, Share(max_records, size, total));
  }
  return limited;
}

bool WaitsForMore(const RateLimits& limits, const OffsetMap& start, const OffsetMap& latest,
                  std::chrono::milliseconds since_last) {
  if (!limits.min_offsets_per_trigger || since_last >= limits.max_trigger_delay) return false;
  return RecordsBetween(start, latest) < *limits.min_offsets_per_trigger;
}

int64_t RecordsBetween(const OffsetMap& end, const OffsetMap& latest) {
  int64_t records = 0;
  for (const auto& [partition, newest] : latest) {
    auto begin = end.find(partition);
    records += std::max<int64_t>(newest.value - (begin == end.end() ? 0 : begin->second.value), 0);
  }
  return records;
}

}  // namespace sluice::stream
