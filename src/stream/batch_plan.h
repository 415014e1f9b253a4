// SPDX-License-Identifier: Apache-2.0
//
// A batch on its way: what the driver planned, what a lane is to do of it, what a lane made of it.
// These values are all that the query's threads exchange.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/data_file.h"
#include "core/ids.h"
#include "core/offset_range.h"
#include "core/result.h"
#include "stream/bad_sample.h"
#include "stream/latencies.h"
#include "stream/query_listener.h"

namespace sluice::stream {

struct BatchPlan {
  BatchId id;
  OffsetMap start;
  OffsetMap end;
  OffsetMap latest;                              // as known when it was planned
  std::map<std::string, std::string> topic_ids;  // of the topics that these offsets are of
  bool first = false;              // no batch before it: Spark's progress has no startOffset
  bool logged = false;             // offsets/N is there already: a re-run
  int64_t batch_timestamp_ms = 0;  // batchTimestampMs of offsets/N
  int64_t trigger_ms = 0;          // when its trigger fired
  int64_t previous_trigger_ms = -1;
  std::chrono::nanoseconds triggered{};        // the same moment on the monotonic clock
  std::map<std::string, int64_t> duration_ms;  // latestOffset, queryPlanning
  int lanes = 0;                               // how many lanes work on it
};

using SharedPlan = std::shared_ptr<const BatchPlan>;

struct LaneTask {
  SharedPlan plan;
  std::vector<OffsetRange> ranges;
};

struct LaneStats {
  int64_t records = 0;
  int64_t rows = 0;
  int64_t input_bytes = 0;
  int64_t newest_record_ms = -1;
  std::map<std::string, int64_t> rejects;  // by reason
  std::vector<BadSample> samples;          // a few of each reason
  int64_t kept_rejects = 0;                // of these, those whose text is in a row
  int64_t unmatched = 0;                   // records without a declared key
  std::map<TopicPartition, PartitionInput> inputs;
  AgeCounts ages;                             // before the batch's trigger
  std::map<std::string, double> cpu_seconds;  // by stage
  std::map<std::string, double>
      phase_seconds;  // that passed: poll, decode, transform, encode, upload
};

struct LaneResult {
  SharedPlan plan;
  Status status;  // Cancelled when the lane gave it up; files are deleted unless it is OK
  std::vector<DataFile> files;
  LaneStats stats;
};

}  // namespace sluice::stream
