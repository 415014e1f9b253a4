// SPDX-License-Identifier: Apache-2.0
//
// What a running query tells whoever watches it: the seam to metrics, log, status line and page. The
// query knows nothing of its listeners; they must return quickly and may be called from any of the
// query's threads, never at the same time for one listener.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/offset_range.h"
#include "core/result.h"

namespace sluice::stream {

struct SourceProgress {
  OffsetMap start;
  OffsetMap end;
  OffsetMap latest;  // as known when the batch was planned
};

// One finished (committed) batch. The JSON text is Spark's StreamingQueryProgress (docs/progress.md).
struct Progress {
  BatchId batch;
  int64_t timestamp_ms = 0;  // trigger start
  int64_t records = 0;       // Kafka records read (numInputRows)
  int64_t rows = 0;          // rows written
  int64_t rejects = 0;       // corrupt records, by reason below
  std::map<std::string, int64_t> rejects_by_reason;
  int64_t unmatched = 0;    // records in which no declared key was found (decode::Decoded)
  int64_t input_bytes = 0;  // message values
  int64_t files = 0;
  int64_t file_bytes = 0;
  bool skipped = false;  // the table already had it
  TableVersion version;
  int64_t newest_record_ms = -1;  // newest Kafka timestamp in it; freshness = commit time - this
  int64_t committed_at_ms = 0;
  std::map<std::string, int64_t> duration_ms;  // Spark's keys: addBatch, latestOffset, ...
  // CPU seconds of the lanes by stage: fetch, decode, transform, write.
  std::map<std::string, double> cpu_seconds;
  SourceProgress source;
  int64_t remaining = 0;  // records known beyond `end`
  std::string json;
};

// A batch that goes to the lanes now. Each offset counts as a record, those too that hold none
// (transaction markers, what compaction removed).
struct PlannedBatch {
  BatchId batch;
  int64_t records = 0;
  int64_t remaining = 0;  // known beyond it
};

// How far the lanes are within a planned batch. Less than before when a lane has to read again.
struct BatchReading {
  BatchId batch;
  int64_t records_read = 0;
};

// No batch was due for a while.
struct IdleReport {
  int64_t waiting_records = 0;  // there, but fewer than minOffsetsPerTrigger
  std::string json;             // as of Progress; the number is that of the next batch
};

// Something that a person should know, although the query goes on.
struct QueryWarning {
  std::string code;
  std::string message;
  int64_t records_lost = 0;  // gone from Kafka before they were read
};

enum class QueryState { kStarting, kWaiting, kRunning, kStopping, kStopped, kFailed };

class QueryListener {
 public:
  virtual ~QueryListener() = default;
  virtual void OnStarted(const std::string& query_id, const std::string& run_id) {
    (void)query_id, (void)run_id;
  }
  // A state worth a person's eye: waiting for the broker, topic missing, no space. `reason` is an OK
  // status when it is well. Called on change only.
  virtual void OnState(QueryState state, const Status& reason) { (void)state, (void)reason; }
  virtual void OnPlanned(const PlannedBatch& batch) { (void)batch; }
  virtual void OnReading(const BatchReading& reading) { (void)reading; }
  virtual void OnProgress(const Progress& progress) { (void)progress; }
  virtual void OnIdle(const IdleReport& report) { (void)report; }
  virtual void OnWarning(const QueryWarning& warning) { (void)warning; }
  virtual void OnTerminated(const Status& status) { (void)status; }
};

}  // namespace sluice::stream
