// SPDX-License-Identifier: Apache-2.0
//
// When data are lost, and in which words: pure decisions, apart from all I/O. The classes are Spark's
// (KAFKA_DATA_LOSS.*, kafka-error-conditions.json); the texts add exact ranges and what to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/offset_range.h"
#include "core/result.h"
#include "kafka/cluster_lookup.h"
#include "kafka/source.h"

namespace sluice::kafka {

// Something that was in Kafka and is not any more.
struct DataLoss {
  std::string subclass;  // "PARTITIONS_DELETED"
  std::string reason;    // "Partitions t-0, t-1 have been deleted."
  int64_t records_lost = 0;
  std::optional<TopicPartition> partition = std::nullopt;  // of those records, if it is one
};

// The Stop error of failOnDataLoss=true.
Status DataLossError(const DataLoss& loss);
// What is logged and counted under failOnDataLoss=false.
SourceWarning DataLossWarning(const DataLoss& loss);

DataLoss PartitionsDeleted(const std::vector<TopicPartition>& partitions);
DataLoss InitialOffsetNotFound(const std::vector<TopicPartition>& partitions);
DataLoss AddedPartitionNotFromZero(const TopicPartition& partition, Offset earliest);
// `recreated`: the topic's id shows that it was deleted and created again.
DataLoss PartitionOffsetChanged(const TopicPartition& partition, Offset from, Offset to,
                                bool recreated);
DataLoss TopicRecreated(const std::string& topic);
// The broker no longer has what was read below `position`: another leader's log took its place.
DataLoss LogTruncated(const TopicPartition& partition, Offset position, const std::string& says);
DataLoss StartOffsetReset(const TopicPartition& partition, Offset wanted, Offset got);
// The records [lost.start, lost.end) cannot be read; `available` is what the partition holds.
DataLoss CouldNotRead(const OffsetRange& lost, const AvailableRange& available);

// What to do when the broker does not have `position` of a range that ends at `end`.
struct Recovery {
  std::optional<OffsetRange> lost;  // none: the offset is there after all, fetch it again
  Offset resume;  // position to go on from; `end` when nothing of the range is left
};
Recovery RecoverOutOfRange(const OffsetRange& range, Offset position,
                           const AvailableRange& available);

// The part of a jump from `position` to `next` that is no gap in the log but lost: what lies below
// `earliest`. None if the log still begins at or before `position`.
std::optional<OffsetRange> LostInJump(const OffsetRange& range, Offset position, Offset next,
                                      Offset earliest);

}  // namespace sluice::kafka
