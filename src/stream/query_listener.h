// SPDX-License-Identifier: Apache-2.0
//
// What a running query tells whoever watches it: the seam to metrics, log, status line and page. The
// query knows nothing of its listeners; they must return quickly and may be called from any of the
// query's threads, never at the same time for one listener.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/offset_range.h"
#include "core/result.h"
#include "stream/bad_sample.h"
#include "stream/latencies.h"

namespace sluice::stream {

struct SourceProgress {
  OffsetMap start;
  OffsetMap end;
  OffsetMap latest;  // as known when the batch was planned
};

// What a batch had of one partition.
struct PartitionInput {
  int64_t records = 0;
  int64_t bytes = 0;  // message values
  int64_t newest_record_ms = -1;
  void Add(const PartitionInput& other) {
    records += other.records;
    bytes += other.bytes;
    newest_record_ms = std::max(newest_record_ms, other.newest_record_ms);
  }
};

// One finished (committed) batch. The JSON text is Spark's StreamingQueryProgress (docs/progress.md).
struct Progress {
  BatchId batch;
  int64_t timestamp_ms = 0;  // trigger start
  int64_t records = 0;       // Kafka records read (numInputRows)
  int64_t rows = 0;          // rows written
  int64_t rejects = 0;       // corrupt records, by reason below
  std::map<std::string, int64_t> rejects_by_reason;
  std::vector<BadSample> samples;  // a few of each reason; none if they are switched off
  int64_t kept_rejects = 0;        // of these, those whose text is in the table
  int64_t unmatched = 0;           // records in which no declared key was found (decode::Decoded)
  int64_t input_bytes = 0;         // message values
  int64_t files = 0;
  int64_t file_bytes = 0;
  bool skipped = false;  // the table already had it
  TableVersion version;
  std::optional<double>
      newest_event_seconds;       // newest time in the event-time column, if one is named
  int64_t newest_record_ms = -1;  // newest Kafka timestamp in it; freshness = commit time - this
  int64_t committed_at_ms = 0;
  std::map<TopicPartition, PartitionInput> inputs;  // of partitions that had records
  std::vector<LatencyCount> latencies;              // Kafka timestamp to commit
  std::vector<int64_t> file_sizes;                  // bytes
  std::map<std::string, int64_t> duration_ms;       // Spark's keys: addBatch, latestOffset, ...
  // CPU seconds of the lanes by stage: fetch, decode, transform, write.
  std::map<std::string, double> cpu_seconds;
  // Seconds that passed in latest_offset, plan, wal_commit, commit and checkpoint, and in poll, decode,
  // transform, encode and upload of the lane that was busy longest.
  std::map<std::string, double> phase_seconds;
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
  int64_t records_lost = 0;                                // gone from Kafka before they were read
  std::optional<TopicPartition> partition = std::nullopt;  // of those records, if it is one
};

// Something failed and is tried again.
struct QueryTrouble {
  std::string code;
  bool of_batch = false;  // a try at a batch, not the look for one
};

// A call of the table's Append, done or failed.
struct CommitTry {
  int64_t attempts = 1;
  int64_t conflicts = 0;  // of these, lost to other writers
};

// One piece of work at the storage of the table or the checkpoint, done or failed.
struct StorageRequest {
  const char* operation =
      "";  // data_files (of a lane, closed and flushed), table_commit, offset_log, commit_log
  bool ok = false;
  double seconds = 0;
};

enum class QueryState { kStarting, kWaiting, kRunning, kStopping, kStopped, kFailed };

class QueryListener {
 public:
  virtual ~QueryListener() = default;
  virtual void OnStarted(const std::string& query_id, const std::string& run_id) {
    (void)query_id, (void)run_id;
  }
  // The offsets up to which everything is committed, before the first batch.
  virtual void OnPosition(const OffsetMap& committed) { (void)committed; }
  // The query looks for a batch: it is alive.
  virtual void OnTrigger(int64_t at_ms) { (void)at_ms; }
  // A state worth a person's eye: waiting for the broker, topic missing, no space. `reason` is an OK
  // status when it is well. Called on change only.
  virtual void OnState(QueryState state, const Status& reason) { (void)state, (void)reason; }
  virtual void OnPlanned(const PlannedBatch& batch) { (void)batch; }
  virtual void OnReading(const BatchReading& reading) { (void)reading; }
  virtual void OnProgress(const Progress& progress) { (void)progress; }
  virtual void OnIdle(const IdleReport& report) { (void)report; }
  virtual void OnWarning(const QueryWarning& warning) { (void)warning; }
  virtual void OnTrouble(const QueryTrouble& trouble) { (void)trouble; }
  virtual void OnCommitTry(const CommitTry& tried) { (void)tried; }
  virtual void OnStorage(const StorageRequest& request) { (void)request; }
  virtual void OnTerminated(const Status& status) { (void)status; }
};

}  // namespace sluice::stream
