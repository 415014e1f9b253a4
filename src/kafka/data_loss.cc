// SPDX-License-Identifier: Apache-2.0
#include "kafka/data_loss.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::kafka {
namespace {

// Spark's own opening sentence, so that searches for it find the same advice.
constexpr const char* kSomeDataLost =
    "Some data may have been lost because they are not available in Kafka any more; either the "
    "data was "
    "aged out by Kafka or the topic may have been deleted before all the data in the topic was "
    "processed.";
constexpr const char* kAdvice =
    "The table and the checkpoint were kept as they are. To go on with what Kafka still holds, set "
    "the "
    "source option failOnDataLoss to false.";

std::string Join(const std::vector<TopicPartition>& partitions) {
  std::string text;
  for (const TopicPartition& partition : partitions) {
    text += (text.empty() ? "" : ", ") + partition.ToString();
  }
  return text;
}

}  // namespace

Status DataLossError(const DataLoss& loss) {
  return Status::Stop("KAFKA_DATA_LOSS." + loss.subclass,
                      fmt::format("{} Reason: {} {}", kSomeDataLost, loss.reason, kAdvice));
}

SourceWarning DataLossWarning(const DataLoss& loss) {
  return {"KAFKA_DATA_LOSS." + loss.subclass,
          loss.reason + " Going on, as failOnDataLoss is false.", loss.records_lost,
          loss.partition};
}

DataLoss PartitionsDeleted(const std::vector<TopicPartition>& partitions) {
  return {"PARTITIONS_DELETED", fmt::format("Partitions {} have been deleted.", Join(partitions)),
          0};
}

DataLoss InitialOffsetNotFound(const std::vector<TopicPartition>& partitions) {
  return {"INITIAL_OFFSET_NOT_FOUND_FOR_PARTITIONS",
          fmt::format("Cannot find initial offset for partitions {}. They may have been deleted.",
                      Join(partitions)),
          0};
}

DataLoss AddedPartitionNotFromZero(const TopicPartition& partition, Offset earliest) {
  return {
      "ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO",
      fmt::format("Added partition {0} starts from {1} instead of 0: records [0, {1}) are gone.",
                  partition.ToString(), earliest.value),
      earliest.value, partition};
}

DataLoss PartitionOffsetChanged(const TopicPartition& partition, Offset from, Offset to,
                                bool recreated) {
  return {
      "PARTITION_OFFSET_CHANGED",
      fmt::format("Partition {} offset was changed from {} to {}. {}", partition.ToString(),
                  from.value, to.value,
                  recreated
                      ? "The topic was deleted and created again (its id changed)."
                      : "Either the topic was deleted and created again, or its log was truncated, "
                        "or the start offset lies beyond the end."),
      0};
}

DataLoss TopicRecreated(const std::string& topic) {
  return {"TOPIC_RECREATED",
          fmt::format(
              "Topic '{}' was deleted and created again (its id changed), so offsets that were "
              "read before mean other records now. (If it is a copy on another cluster that kept "
              "the offsets, begin a new checkpoint with startingOffsets where the old one ends.)",
              topic),
          0};
}

DataLoss LogTruncated(const TopicPartition& partition, Offset position, const std::string& says) {
  return {"PARTITION_OFFSET_CHANGED",
          fmt::format("The log of partition {} was cut back below offset {}, up to which it was "
                      "read; other records may stand there now, unread ({}).",
                      partition.ToString(), position.value, says),
          0};
}

DataLoss StartOffsetReset(const TopicPartition& partition, Offset wanted, Offset got) {
  return {"START_OFFSET_RESET",
          fmt::format("Starting offset for {} was {} but the nearest that exists is {}.",
                      partition.ToString(), wanted.value, got.value),
          std::max<int64_t>(0, got.value - wanted.value), partition};
}

DataLoss CouldNotRead(const OffsetRange& lost, const AvailableRange& available) {
  return {
      "COULD_NOT_READ_OFFSET_RANGE",
      fmt::format(
          "Could not read records in offset [{}, {}) for topic partition {}; Kafka holds [{}, {}).",
          lost.start.value, lost.end.value, lost.partition.ToString(), available.earliest.value,
          available.latest.value),
      lost.size(), lost.partition};
}

Recovery RecoverOutOfRange(const OffsetRange& range, Offset position,
                           const AvailableRange& available) {
  const bool nothing_left = available.earliest >= range.end || available.latest <= position;
  if (nothing_left) return {OffsetRange{range.partition, position, range.end}, range.end};
  if (available.earliest <= position) return {std::nullopt, position};
  return {OffsetRange{range.partition, position, available.earliest}, available.earliest};
}

std::optional<OffsetRange> LostInJump(const OffsetRange& range, Offset position, Offset next,
                                      Offset earliest) {
  if (earliest <= position) return std::nullopt;
  return OffsetRange{range.partition, position, std::min({next, earliest, range.end})};
}

}  // namespace sluice::kafka
