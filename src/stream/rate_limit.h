// SPDX-License-Identifier: Apache-2.0
//
// How far a batch may read: Spark's maxOffsetsPerTrigger and minOffsetsPerTrigger as pure functions.
//
// Source: spark-contract section 3 (KafkaMicroBatchStream.rateLimit and delayBatch).
#pragma once

#include <chrono>
#include <cstdint>

#include "core/offset_range.h"
#include "stream/query_options.h"

namespace sluice::stream {

// Ends of a batch of about `max_records`, shared in proportion to what waits in each partition; each
// busy partition gets at least one record, so the sum can exceed the limit. `start` must hold every
// partition that has something to read; one without keeps its latest offset.
OffsetMap LimitedEnd(const OffsetMap& start, const OffsetMap& latest, int64_t max_records);

// Whether a trigger is to be skipped because less than min_offsets_per_trigger waits. `since_last`:
// time since the last trigger that was not skipped.
bool WaitsForMore(const RateLimits& limits, const OffsetMap& start, const OffsetMap& latest,
                  std::chrono::milliseconds since_last);

// Records between `end` and `latest`, over all partitions; a partition missing in `end` counts from 0.
int64_t RecordsBetween(const OffsetMap& end, const OffsetMap& latest);

}  // namespace sluice::stream
