// SPDX-License-Identifier: Apache-2.0
//
// The numbers of one query, and their Prometheus text. Told after each batch; asks nobody.
//
//   QueryMetrics metrics("vehicle_positions", {"not_json", "field_type"});
//   metrics.BatchDone({.records = 1000, .rows = 1000, ...});
//   metrics.Text();          // spark_streaming_processed_records_total{query="vehicle_positions"} 1000
//
// Every series is there from the first scrape. Labels come from sets that are fixed at the start.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::monitor {

struct BatchNumbers {
  int64_t records = 0;  // Kafka records whose batch is committed
  int64_t rows = 0;     // rows written
  int64_t input_bytes = 0;
  int64_t files = 0;
  int64_t file_bytes = 0;
  std::map<std::string, int64_t> rejects;  // by reason
  int64_t unmatched = 0;                   // without a declared key
  double duration_seconds = 0;
  int64_t table_version = 0;
  int64_t lag_records = 0;  // known beyond the batch
  int64_t newest_record_ms = -1;
  int64_t committed_at_ms = 0;
  bool skipped = false;  // the table had the batch already
};

// Thread-safe.
class QueryMetrics {
 public:
  // `reject_reasons`: the values of the label `reason`; others are counted under "other".
  QueryMetrics(const std::string& query, const std::vector<std::string>& reject_reasons);
  ~QueryMetrics();
  QueryMetrics(const QueryMetrics&) = delete;
  QueryMetrics& operator=(const QueryMetrics&) = delete;

  void BatchDone(const BatchNumbers& batch);
  void BatchFailed();
  // Nothing to do: so many records are there and not committed.
  void Idle(int64_t lag_records);
  // Gone from Kafka before they were read.
  void RecordsLost(int64_t records);
  // One of States(); it gets 1, the others 0.
  void SetState(std::string_view state);
  static const std::vector<std::string>& States();
  // A line of the log was written at this level: debug, info, warn, error.
  void LogLine(std::string_view level);

  // Prometheus text format 0.0.4, with the process's own numbers read at this moment.
  std::string Text() const;

 private:
  struct Series;
  std::unique_ptr<Series> series_;
};

}  // namespace sluice::monitor
