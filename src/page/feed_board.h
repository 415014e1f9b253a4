// SPDX-License-Identifier: Apache-2.0
//
// What the page of a producer shows: its feeds, one row each, and what Kafka makes of them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "page/board.h"
#include "page/feed_event.h"
#include "page/feed_headline.h"
#include "page/history.h"
#include "page/inbox.h"
#include "page/log_row.h"
#include "page/recent_rate.h"

namespace sluice::page {

struct FeedInfo {
  std::string name;
  double interval_seconds = 0;
  double patience_seconds = 60;  // a good poll that is older is not lately
};

struct ProducerInfo {
  std::string program;
  std::string topic;
  int64_t started_ms = 0;
  std::vector<FeedInfo> feeds;
  std::vector<ConfigRow> config;
  std::vector<Link> links;
};

// One feed, as far as it is known.
struct FeedRow {
  FeedPolled last;  // poll; `at_ms` 0: none yet
  int64_t good_ms = 0;
  std::optional<int64_t> header_s;
  int64_t polls = 0;
  int64_t published = 0;
  int64_t failed = 0;
  int64_t messages = 0;
  int64_t message_bytes = 0;
  int64_t wire_bytes = 0;
  int64_t entities_good = 0;
  int64_t entities_repaired = 0;
  int64_t entities_dropped = 0;
  std::map<std::string, int64_t> faults;
  int64_t delivered = 0;
  int64_t lost = 0;
};

class FeedBoard : public Board {
 public:
  FeedBoard(ProducerInfo info, Inbox<FeedEvent>& events, Inbox<LogRow>& log);

  std::vector<Outgoing> Turn(int64_t now_ms) override;
  std::string Snapshot(int64_t now_ms, const std::string& seq) const override;
  std::string title() const override { return "Producer of " + info_.topic; }
  const Headline& headline() const override { return headline_; }
  std::vector<SummaryLine> Summary() const override;

  // For feed_json.h.
  const ProducerInfo& info() const { return info_; }
  const std::vector<FeedRow>& rows() const { return rows_; }
  FeedState StateOf(size_t feed, int64_t now_ms) const;
  const DeliveriesSeen& deliveries() const { return deliveries_; }
  const History& history() const { return history_; }
  const std::deque<LogRow>& log() const { return log_; }
  double messages_per_second() const { return messages_now_; }
  double bytes_per_second() const { return bytes_now_; }
  const char* state_name() const;

 private:
  void Take(const FeedPolled& event);
  void Take(const KafkaChanged& event);
  void Take(const DeliveriesSeen& event);
  void Take(const ProducerEnded& event) { ended_ = event; }
  void TakeLog();
  ProducerFacts Facts(int64_t now_ms) const;
  void AddPoint(int64_t now_ms);

  const ProducerInfo info_;
  Inbox<FeedEvent>& inbox_;
  Inbox<LogRow>& log_inbox_;
  std::vector<FeedRow> rows_;
  KafkaChanged kafka_;
  bool kafka_answered_ = false;
  DeliveriesSeen deliveries_;
  std::optional<ProducerEnded> ended_;
  Headline headline_;
  History history_;
  RecentRate messages_;
  RecentRate bytes_;
  RecentRate failures_;
  RecentRate lost_;
  double messages_now_ = 0;
  double bytes_now_ = 0;
  std::deque<LogRow> log_;
  std::vector<LogRow> new_log_;
  int64_t turned_at_ms_ = 0;
  int64_t sampled_s_ = 0;
  std::vector<Outgoing> outgoing_;
};

}  // namespace sluice::page
