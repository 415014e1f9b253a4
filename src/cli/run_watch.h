// SPDX-License-Identifier: Apache-2.0
//
// Listens to a query and tells everybody who watches it: metrics, health, log, and the numbers behind
// the status line and the summary.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/backlog.h"
#include "cli/status_line.h"
#include "core/clock.h"
#include "monitor/health.h"
#include "monitor/log.h"
#include "monitor/query_metrics.h"
#include "monitor/spark_gauges.h"
#include "stream/query_listener.h"

namespace sluice::cli {

struct RunTotals {
  int64_t batches = 0;
  int64_t records = 0;
  int64_t rows = 0;
  int64_t rejects = 0;
  int64_t unmatched = 0;  // records without a declared key
  int64_t files = 0;
  int64_t file_bytes = 0;
  int64_t table_version = -1;  // -1: no batch yet
  double elapsed_seconds = 0;
};

// Called by the query's threads, never at once; read by others at any time.
class RunWatch : public stream::QueryListener {
 public:
  RunWatch(monitor::QueryMetrics& metrics, monitor::Health& health, monitor::Log& log,
           const Clock& clock, monitor::SparkGauges* spark = nullptr);

  void OnStarted(const std::string& query_id, const std::string& run_id) override;
  void OnPosition(const OffsetMap& committed) override;
  void OnTrigger(int64_t at_ms) override;
  void OnState(stream::QueryState state, const Status& reason) override;
  void OnPlanned(const stream::PlannedBatch& batch) override;
  void OnReading(const stream::BatchReading& reading) override;
  void OnProgress(const stream::Progress& progress) override;
  void OnIdle(const stream::IdleReport& report) override;
  void OnWarning(const stream::QueryWarning& warning) override;
  void OnTrouble(const stream::QueryTrouble& trouble) override;
  void OnCommitTry(const stream::CommitTry& tried) override;
  void OnStorage(const stream::StorageRequest& request) override;
  void OnTerminated(const Status& status) override;

  // What the status line shows now, but for `draining`.
  RunStatus status() const;
  RunTotals totals() const;

 private:
  struct Commit {
    std::chrono::nanoseconds at;
    int64_t rows;
  };
  void Count(const stream::Progress& progress);
  void TellBadRecords(const stream::Progress& progress);
  void TellUnmatched(const stream::Progress& progress);
  double RowsPerSecond(std::chrono::nanoseconds now) const;

  monitor::QueryMetrics& metrics_;
  monitor::Health& health_;
  monitor::Log& log_;
  const Clock& clock_;
  monitor::SparkGauges* const spark_;  // null: nobody wants them
  const std::chrono::nanoseconds started_;
  std::optional<std::chrono::nanoseconds> unmatched_told_;  // when that warning was last written
  mutable std::mutex mutex_;
  std::string state_ = "starting";   // GUARDED_BY(mutex_)
  std::deque<Commit> recent_;        // GUARDED_BY(mutex_): the last seconds, for the rate
  RunTotals totals_;                 // GUARDED_BY(mutex_)
  std::optional<double> freshness_;  // GUARDED_BY(mutex_)
  Backlog backlog_;                  // GUARDED_BY(mutex_)
  std::optional<std::chrono::nanoseconds> first_planned_;  // GUARDED_BY(mutex_)
};

// The values of the label `reason` of bad records.
std::vector<std::string> RejectReasons();

}  // namespace sluice::cli
