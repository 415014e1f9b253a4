// SPDX-License-Identifier: Apache-2.0
//
// Numbers that must not be mixed up: an offset is no version, a batch is no partition.
//
//   Offset end{42};
//   BatchId next{batch.value + 1};
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace sluice {

template <typename Tag, typename Rep>
struct StrongId {
  Rep value{};
  auto operator<=>(const StrongId&) const = default;
};

// Position in a Kafka partition. As the end of a range it is exclusive: the next offset to read.
using Offset = StrongId<struct OffsetTag, int64_t>;
// Number of a partition within its topic.
using PartitionId = StrongId<struct PartitionIdTag, int32_t>;
// Version of a Delta table: the number in the name of its commit file.
using TableVersion = StrongId<struct TableVersionTag, int64_t>;
// Number of a micro-batch of one query, counted from 0; the version of its Delta transaction.
using BatchId = StrongId<struct BatchIdTag, int64_t>;

}  // namespace sluice
