// SPDX-License-Identifier: Apache-2.0
//
// What the page of a query is told: values without a tie to the query, left in an Inbox as they happen.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "page/log_row.h"

namespace sluice::page {

enum class RunState { kStarting, kRunning, kWaiting, kStopping, kStopped, kFailed };
// "starting", ...
const char* ToString(RunState state);

struct RunStarted {
  std::string query_id;
  std::string run_id;
};

// `code` and `message` are empty when all is well.
struct StateChanged {
  int64_t at_ms = 0;
  RunState state = RunState::kStarting;
  std::string code;
  std::string message;
};

struct RangeRow {
  std::string topic;
  int32_t partition = 0;
  int64_t start = 0;
  int64_t end = 0;
};

// A record that could not be read as the schema says.
struct BadRecord {
  std::string kind;
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  std::string detail;   // which field, and what was found
  std::string payload;  // the message's first bytes
  int64_t payload_bytes = 0;
};

// Bytes that a sample shows of a message, and samples kept of a kind.
inline constexpr size_t kSampleBytes = 1024;
inline constexpr size_t kSamples = 5;

struct BatchDone {
  int64_t id = 0;
  int64_t triggered_at_ms = 0;
  int64_t committed_at_ms = 0;
  double seconds = 0;
  int64_t records = 0;
  int64_t rows = 0;
  int64_t files = 0;
  int64_t file_bytes = 0;
  int64_t input_bytes = 0;
  int64_t version = 0;
  bool skipped = false;  // the table had it already
  int64_t newest_record_ms = -1;
  int64_t remaining = 0;                        // records known beyond it
  std::map<std::string, double> phase_seconds;  // by the metric's names
  std::map<std::string, int64_t> bad;           // records by kind
  int64_t unmatched = 0;                        // records without a declared key
  std::vector<RangeRow> ranges;                 // the largest
  int64_t more_ranges = 0;                      // and so many others
  std::vector<BadRecord> samples;
};

struct PartitionRow {
  std::string topic;
  int32_t partition = 0;
  int64_t latest = 0;
  int64_t committed = 0;
  int64_t lag_records = 0;
  double lag_seconds = 0;
};

// What there is in Kafka now.
struct PositionsSeen {
  int64_t at_ms = 0;
  std::vector<PartitionRow> rows;
};

struct ResourcesSeen {
  int64_t at_ms = 0;
  double cpu_seconds = 0;
  int64_t resident_bytes = 0;
};

struct Warned {
  int64_t at_ms = 0;
  std::string code;
  std::string message;
  int64_t records_lost = 0;
};

// A try at something failed; it is tried again.
struct Troubled {
  int64_t at_ms = 0;
  bool of_batch = false;
};

struct CommitTried {
  int64_t attempts = 0;
  int64_t conflicts = 0;
};

using QueryEvent = std::variant<RunStarted, StateChanged, BatchDone, PositionsSeen, ResourcesSeen,
                                Warned, Troubled, CommitTried>;

}  // namespace sluice::page
