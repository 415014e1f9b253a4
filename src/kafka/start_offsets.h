// SPDX-License-Identifier: Apache-2.0
//
// Where a new query begins: startingOffsets, startingOffsetsByTimestamp and startingTimestamp turned
// into questions to the broker and their answers into offsets. Pure.
#pragma once

#include <set>

#include "core/offset_range.h"
#include "core/result.h"
#include "kafka/cluster_lookup.h"
#include "kafka/source_options.h"

namespace sluice::kafka {

struct StartPlan {
  OffsetMap given;        // offsets that the user wrote
  OffsetQuestions asked;  // what the broker has to resolve
};

// Exit error when a map does not name exactly the assigned partitions. Partitions of `newborn` topics,
// which did not exist when the query started, begin at their earliest offset under `latest`.
Result<StartPlan> PlanStart(const StartingPosition& starting,
                            const std::set<TopicPartition>& assigned,
                            const std::set<std::string>& newborn);

// Timestamps younger than every record: an error, or the latest offset where the strategy says so (those
// partitions are added to `ask_latest`).
Result<OffsetMap> ResolveStart(const StartingPosition& starting, const StartPlan& plan,
                               const OffsetMap& answers, std::set<TopicPartition>* ask_latest);

}  // namespace sluice::kafka
