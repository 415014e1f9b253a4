// SPDX-License-Identifier: Apache-2.0
//
// Where the next batch ends: what there is in Kafka now, under the trigger's rule and the rate limits.
//
// Source: spark-contract section 3 (KafkaMicroBatchStream.latestOffset, prepareForTriggerAvailableNow).
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "core/clock.h"
#include "core/offset_range.h"
#include "core/result.h"
#include "kafka/source.h"
#include "stream/query_options.h"

namespace sluice::stream {

struct Outlook {
  OffsetMap end;     // of the next batch; equal to its start when there is none to run
  OffsetMap latest;  // of the source; under availableNow as it was at the start
};

// One thread.
class Planner {
 public:
  Planner(kafka::Source& source, const QueryOptions& options, Clock& clock)
      : source_(source), options_(options), clock_(clock) {}

  // Errors: Retry while the broker or topic is away; Stop when, under availableNow, the partitions or
  // ends that were frozen at the start are not there any more.
  Result<Outlook> Look(const OffsetMap& start, const std::stop_token& stop);

 private:
  Status CheckFrozen(const OffsetMap& latest) const;
  Result<OffsetMap> Limited(const OffsetMap& start, const OffsetMap& latest,
                            const std::stop_token& stop);
  bool MustWait(const OffsetMap& start, const OffsetMap& latest) const;

  kafka::Source& source_;
  const QueryOptions& options_;
  Clock& clock_;
  std::optional<OffsetMap> frozen_;  // availableNow
  std::optional<std::chrono::nanoseconds> last_trigger_;
};

}  // namespace sluice::stream
