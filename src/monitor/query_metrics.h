// SPDX-License-Identifier: Apache-2.0
//
// The numbers of one query, and their Prometheus text: the table of docs/metrics.md. Told by those who
// watch the query and by timers; asks nobody.
//
//   QueryMetrics metrics({.query = "vehicle_positions", .topics = {"dev_topic"}});
//   metrics.BatchDone({.records = 1000, .rows = 1000, ...});
//   metrics.Text();          // spark_streaming_processed_records_total{query="vehicle_positions"} 1000
//
// Every series is there from the first scrape. Labels come from sets that are fixed at the start; those of
// topics and partitions are capped.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/offset_range.h"
#include "monitor/source_series.h"

namespace sluice::monitor {

struct QueryMetricsOptions {
  std::string query;
  std::vector<std::string> reject_reasons =
      {};                                // values of the label `reason`; others count as "other"
  std::vector<std::string> topics = {};  // subscribed to by name, or the pattern
  std::vector<std::string> disk_paths = {};
  int64_t memory_limit_bytes = 0;
  bool has_event_time = false;   // a column of event times is named
  size_t most_partitions = 256;  // beyond it their series are one a topic
};

struct InputNumbers {
  int64_t records = 0;
  int64_t bytes = 0;
  int64_t newest_record_ms = -1;
};

struct LatencyNumbers {
  int64_t ms = 0;
  int64_t records = 0;
};

struct BatchNumbers {
  int64_t records = 0;                     // Kafka records whose batch is committed
  int64_t rows = 0;                        // rows written
  std::map<std::string, int64_t> rejects;  // by reason
  int64_t kept_rejects = 0;                // of these, those whose text is in the table
  int64_t unmatched = 0;                   // without a declared key
  std::map<TopicPartition, InputNumbers> inputs;
  OffsetMap end;                          // up to here all is committed now
  std::vector<LatencyNumbers> latencies;  // Kafka timestamp to commit
  std::vector<int64_t> file_sizes;        // bytes
  double duration_seconds = 0;
  std::map<std::string, double> phase_seconds;  // by Phases()
  int64_t table_version = 0;
  int64_t newest_record_ms = -1;
  std::optional<double> newest_event_seconds;  // of the event-time column
  int64_t committed_at_ms = 0;
  bool skipped = false;  // the table had the batch already
};

// Of one of Stages(), since the start; they never become less.
struct StageSeconds {
  double busy = 0;
  double idle = 0;
  double backpressured = 0;
};

// Thread-safe.
class QueryMetrics {
 public:
  explicit QueryMetrics(const QueryMetricsOptions& options, const Clock& clock = SystemClock());
  ~QueryMetrics();
  QueryMetrics(const QueryMetrics&) = delete;
  QueryMetrics& operator=(const QueryMetrics&) = delete;

  // Values of the labels `state`, `phase`, `stage` and `op`.
  static const std::vector<std::string>& States();
  static const std::vector<std::string>& Phases();
  static const std::vector<std::string>& Stages();
  static const std::vector<std::string>& Operations();

  // What the query says.
  void BatchDone(const BatchNumbers& batch);
  void BatchFailed();
  void Trouble(std::string_view code);
  void CommitTried(int64_t attempts, int64_t conflicts);
  // One of Operations().
  void Stored(const std::string& operation, bool ok, double seconds);
  void Triggered(int64_t at_ms);
  // One of States(); it gets 1, the others 0.
  void SetState(std::string_view state);
  void SetBufferedRecords(int64_t records);
  // A line of the log was written at this level: debug, info, warn, error.
  void LogLine(std::string_view level);

  // What timers see.
  void SetStages(const std::map<std::string, StageSeconds>& stages);
  void SetBufferedBytes(int64_t bytes);
  void SetDisk(const std::string& path, int64_t free_bytes, int64_t size_bytes);
  // The table as of a version; what is committed after it is added.
  void SetTableSize(int64_t version, int64_t files, int64_t bytes);
  SourceSeries& source();
  const SourceSeries& source() const;

  // Prometheus text format 0.0.4, with ages and the process's own numbers as of this moment.
  std::string Text() const;

 private:
  struct Series;
  std::unique_ptr<Series> series_;
};

}  // namespace sluice::monitor
