// SPDX-License-Identifier: Apache-2.0
#include "stream/planner.h"

#include <string>
#include <vector>

#include "stream/rate_limit.h"

namespace sluice::stream {

Result<Outlook> Planner::Look(const OffsetMap& start, const std::stop_token& stop) {
  SLUICE_ASSIGN_OR_RETURN(OffsetMap latest, source_.LatestOffsets(start, stop));
  if (options_.trigger.kind == Trigger::Kind::kOnce) return Outlook{latest, latest};
  if (options_.trigger.kind == Trigger::Kind::kAvailableNow) {
    if (!frozen_) frozen_ = latest;
    SLUICE_RETURN_IF_ERROR(CheckFrozen(latest));
    latest = *frozen_;
  } else if (MustWait(start, latest)) {
    return Outlook{start, latest};
  }
  const auto fired = clock_.Monotonic();
  SLUICE_ASSIGN_OR_RETURN(OffsetMap end, Limited(start, latest, stop));
  last_trigger_ = fired;  // only now: one whose offsets could not be looked up is tried again
  return Outlook{std::move(end), std::move(latest)};
}

Status Planner::CheckFrozen(const OffsetMap& latest) const {
  std::string lost, shrunk;
  for (const auto& [partition, end] : *frozen_) {
    const auto now = latest.find(partition);
    if (now == latest.end()) {
      lost += " " + partition.ToString();
    } else if (now->second < end) {
      shrunk += " " + partition.ToString() + " (planned to " + std::to_string(end.value) +
                ", now ends at " + std::to_string(now->second.value) + ")";
    }
  }
  const std::string advice =
      ". The run stops at the last committed batch; nothing is in the table twice. See what "
      "happened "
      "to the topic, then start again";
  if (!lost.empty()) {
    return Status::Stop("KAFKA_DATA_LOSS.LOST_TOPIC_PARTITIONS_WITH_TRIGGER_AVAILABLENOW",
                        "partitions that this run began with are gone:" + lost + advice);
  }
  if (!shrunk.empty()) {
    return Status::Stop("KAFKA_DATA_LOSS.END_OFFSET_HAS_GREATER_OFFSET_WITH_TRIGGER_AVAILABLENOW",
                        "partitions end before what this run began with:" + shrunk + advice);
  }
  return Status::Ok();
}

// Spark applies the minimum to availableNow too and then may leave a remainder behind; here a draining
// run drains.
bool Planner::MustWait(const OffsetMap& start, const OffsetMap& latest) const {
  using std::chrono::milliseconds;
  const milliseconds since =
      last_trigger_ ? std::chrono::duration_cast<milliseconds>(clock_.Monotonic() - *last_trigger_)
                    : milliseconds::max();
  return WaitsForMore(options_.limits, start, latest, since);
}

Result<OffsetMap> Planner::Limited(const OffsetMap& start, const OffsetMap& latest,
                                   const std::stop_token& stop) {
  if (!options_.limits.max_offsets_per_trigger) return latest;
  std::vector<TopicPartition> added;
  for (const auto& [partition, end] : latest) {
    if (!start.contains(partition)) added.push_back(partition);
  }
  OffsetMap complete = start;
  if (!added.empty()) {
    SLUICE_ASSIGN_OR_RETURN(OffsetMap earliest, source_.EarliestOffsets(added, stop));
    complete.merge(earliest);
  }
  return LimitedEnd(complete, latest, *options_.limits.max_offsets_per_trigger);
}

}  // namespace sluice::stream
