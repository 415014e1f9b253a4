// SPDX-License-Identifier: Apache-2.0
//
// The one sentence at the top of a page: how it is, and if it is not well, the worst of what is wrong.
//
//   Headline top = JudgeQuery(facts);
//   top.sentence                          // "Topic dev_topic is missing in Kafka."
//
// Pure. The conditions are those of the alerts (monitoring/alert.rules.yaml), each of which has a runbook.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "page/query_event.h"

namespace sluice::page {

enum class Level { kGood, kNote, kWarning, kBad };
// "good", "note", "warning", "bad".
const char* ToString(Level level);

struct Headline {
  Level level = Level::kNote;
  std::string code;  // stable: changes when there is something new to say
  std::string sentence;
  std::string detail;   // what to know and to do; may be empty
  std::string runbook;  // the alert that it comes under; may be empty
  bool operator==(const Headline&) const = default;
};

struct QueryFacts {
  StateChanged state;
  std::vector<std::string> topics;
  double trigger_seconds = 0;  // 0: none
  int64_t now_ms = 0;
  int64_t started_ms = 0;
  int64_t last_commit_ms = -1;
  int64_t newest_record_ms = -1;  // newest Kafka timestamp that is committed
  int64_t lag_records = 0;
  double lag_seconds = 0;  // age of the oldest record that is not committed
  double committed_per_second = 0;
  double arriving_per_second = 0;
  // Of the last ten minutes.
  int64_t records = 0;
  int64_t bad_records = 0;
  int64_t unmatched_records = 0;
  int64_t failed_batches = 0;
  int64_t lost_records = 0;
  int64_t table_version = -1;
};

Headline JudgeQuery(const QueryFacts& facts);

}  // namespace sluice::page
