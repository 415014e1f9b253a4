// SPDX-License-Identifier: Apache-2.0
#include "kafka/start_offsets.h"

#include <fmt/format.h>

namespace sluice::kafka {
namespace {

using Kind = StartingPosition::Kind;

std::string Listing(const std::set<TopicPartition>& partitions) {
  std::string text;
  for (const TopicPartition& partition : partitions)
    text += (text.empty() ? "" : ", ") + partition.ToString();
  return text;
}

template <typename Map>
std::set<TopicPartition> Missing(const std::set<TopicPartition>& wanted, const Map& there) {
  std::set<TopicPartition> missing;
  for (const TopicPartition& partition : wanted) {
    if (!there.contains(partition)) missing.insert(partition);
  }
  return missing;
}

template <typename Map>
Status MustNameAll(const char* option, const Map& named, const std::set<TopicPartition>& assigned) {
  std::set<TopicPartition> names;
  for (const auto& entry : named) names.insert(entry.first);
  const auto missing = Missing(assigned, named);
  const auto unknown = Missing(names, assigned);
  if (missing.empty() && unknown.empty()) return Status::Ok();
  std::string text = fmt::format("{}: you must specify all TopicPartitions.", option);
  if (!missing.empty()) text += fmt::format(" Missing: {}.", Listing(missing));
  if (!unknown.empty()) text += fmt::format(" Not part of the subscription: {}.", Listing(unknown));
  if (std::string_view(option) == "startingOffsets") {
    text += " Use -1 for latest, -2 for earliest, if you don't care.";
  }
  return Status::Exit("KAFKA_STARTING_OFFSETS_INCOMPLETE", text);
}

}  // namespace

Result<StartPlan> PlanStart(const StartingPosition& starting,
                            const std::set<TopicPartition>& assigned,
                            const std::set<std::string>& newborn) {
  StartPlan plan;
  if (starting.kind == Kind::kByPartition) {
    SLUICE_RETURN_IF_ERROR(MustNameAll("startingOffsets", starting.by_partition, assigned));
  }
  if (starting.kind == Kind::kByTimestamp) {
    SLUICE_RETURN_IF_ERROR(
        MustNameAll("startingOffsetsByTimestamp", starting.timestamps_ms, assigned));
  }
  for (const TopicPartition& partition : assigned) {
    switch (starting.kind) {
      case Kind::kEarliest: plan.asked[partition] = kAskEarliest; break;
      case Kind::kLatest:
        plan.asked[partition] = newborn.contains(partition.topic) ? kAskEarliest : kAskLatest;
        break;
      case Kind::kTimestamp: plan.asked[partition] = starting.timestamp_ms; break;
      case Kind::kByTimestamp: plan.asked[partition] = starting.timestamps_ms.at(partition); break;
      case Kind::kByPartition: {
        const Offset offset = starting.by_partition.at(partition);
        if (offset.value < 0)
          plan.asked[partition] = offset.value;  // -2 and -1 mean the same there
        else
          plan.given[partition] = offset;
        break;
      }
    }
  }
  return plan;
}

Result<OffsetMap> ResolveStart(const StartingPosition& starting, const StartPlan& plan,
                               const OffsetMap& answers, std::set<TopicPartition>* ask_latest) {
  OffsetMap start = plan.given;
  for (const auto& [partition, offset] : answers) {
    if (offset.value >= 0) {
      start[partition] = offset;
    } else if (starting.latest_when_no_match) {
      ask_latest->insert(partition);
    } else {
      return Status::Exit(
          "KAFKA_TIMESTAMP_NOT_FOUND",
          fmt::format("No offset matched from request of topic-partition {} and timestamp {}: all "
                      "its records are older. Set startingOffsetsByTimestampStrategy to latest to "
                      "begin at the end there.",
                      partition.ToString(), plan.asked.at(partition)));
    }
  }
  return start;
}

}  // namespace sluice::kafka
