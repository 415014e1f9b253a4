// SPDX-License-Identifier: Apache-2.0
//
// What the page of a query shows: built out of the events that were left for it.
//
//   Inbox<QueryEvent> events;  Inbox<LogRow> log;
//   QueryBoard board(info, events, log);
//   board.Turn(now_ms);
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "page/bad_records.h"
#include "page/board.h"
#include "page/headline.h"
#include "page/history.h"
#include "page/inbox.h"
#include "page/query_event.h"
#include "page/recent_rate.h"

namespace sluice::page {

struct QueryInfo {
  std::string program;  // "Sluice 0.1.0"
  std::string name;
  std::vector<std::string> topics;
  std::string table;
  std::string checkpoint;
  std::string trigger;         // "every 1 s"
  double trigger_seconds = 0;  // 0: none
  int64_t started_ms = 0;
  bool samples = true;  // bad records are shown
  std::vector<ConfigRow> config;
  std::vector<Link> links;
};

struct QueryTotals {
  int64_t records = 0;
  int64_t rows = 0;
  int64_t batches = 0;
  int64_t files = 0;
  int64_t file_bytes = 0;
  int64_t unmatched = 0;
  int64_t lost = 0;
  int64_t failed_batches = 0;
  int64_t commit_attempts = 0;
  int64_t commit_conflicts = 0;
  int64_t updates_dropped = 0;  // the page was too slow to take them
};

// What is true now.
struct QueryNow {
  double arriving = 0;   // records a second into Kafka
  double committed = 0;  // records a second into the table
  double rows = 0;
  double bad = 0;
  std::optional<double> age;         // seconds since the newest record that is committed
  std::optional<double> commit_age;  // seconds since the last commit
  int64_t lag_records = 0;
  double lag_seconds = 0;
  double cpu = 0;  // cores
  int64_t memory_bytes = 0;
};

// A row of Partitions: one partition, or the sum of a topic when there are too many.
struct PartitionView {
  PartitionRow row;
  int64_t partitions = 1;
  double arriving = 0;
};

class QueryBoard : public Board {
 public:
  static constexpr size_t kBatches = 100;
  static constexpr size_t kCommits = 50;
  static constexpr size_t kPartitions = 256;

  QueryBoard(QueryInfo info, Inbox<QueryEvent>& events, Inbox<LogRow>& log);

  std::vector<Outgoing> Turn(int64_t now_ms) override;
  std::string Snapshot(int64_t now_ms, const std::string& seq) const override;
  std::string title() const override { return info_.name; }
  const Headline& headline() const override { return headline_; }
  std::vector<SummaryLine> Summary() const override;

  // For status_json.h.
  const QueryInfo& info() const { return info_; }
  const RunStarted& run() const { return run_; }
  const StateChanged& state() const { return state_; }
  const QueryTotals& totals() const { return totals_; }
  const QueryNow& now() const { return now_; }
  const History& history() const { return history_; }
  const std::deque<BatchDone>& batches() const { return batches_; }
  const BadRecords& bad() const { return bad_; }
  const std::deque<LogRow>& log() const { return log_; }
  const std::deque<Warned>& warnings() const { return warnings_; }
  // Worst first.
  std::vector<PartitionView> Partitions() const;
  size_t partition_count() const { return partitions_.size(); }
  int64_t version() const { return batches_.empty() ? -1 : batches_.back().version; }

 private:
  struct Tracked {
    PartitionRow row;
    double arriving = 0;
  };
  void Take(const RunStarted& event) { run_ = event; }
  void Take(const StateChanged& event) { state_ = event; }
  void Take(BatchDone event);
  void Take(const PositionsSeen& event);
  void Take(const ResourcesSeen& event);
  void Take(const Warned& event);
  void Take(const Troubled& event);
  void Take(const CommitTried& event);
  void TakeLog();
  void Measure(int64_t now_ms);
  QueryFacts Facts(int64_t now_ms) const;
  void AddPoint(int64_t now_s);
  void Sample(int64_t now_ms, std::vector<Outgoing>& outgoing);

  const QueryInfo info_;
  Inbox<QueryEvent>& inbox_;
  Inbox<LogRow>& log_inbox_;

  RunStarted run_;
  StateChanged state_;
  QueryTotals totals_;
  QueryNow now_;
  Headline headline_;
  History history_;
  RecentRate records_;
  RecentRate rows_;
  RecentRate bad_rate_;
  RecentRate unmatched_;
  RecentRate arriving_;
  RecentRate failures_;
  RecentRate lost_;
  std::deque<BatchDone> batches_;  // oldest first
  BadRecords bad_;
  std::map<std::pair<std::string, int32_t>, Tracked> partitions_;
  std::deque<LogRow> log_;
  std::vector<LogRow> new_log_;
  std::deque<Warned> warnings_;
  ResourcesSeen resources_;
  int64_t newest_record_ms_ = -1;
  int64_t last_commit_ms_ = -1;
  int64_t positions_at_ms_ = -1;
  int64_t remaining_ = 0;
  int64_t turned_at_ms_ = 0;
  int64_t sampled_s_ = 0;
  bool bad_changed_ = false;
  std::vector<Outgoing> outgoing_;
};

}  // namespace sluice::page
