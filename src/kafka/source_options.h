// SPDX-License-Identifier: Apache-2.0
//
// What a Kafka source reads and from where: Spark's options of `format("kafka")`, already parsed.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/offset_range.h"

namespace sluice::kafka {

struct Subscribe {
  std::vector<std::string> topics;
};
struct SubscribePattern {
  std::string pattern;
};  // a Java regular expression; the whole name must match
struct Assign {
  std::set<TopicPartition> partitions;
};

// startingOffsets and its kin; -2 and -1 in `by_partition` mean earliest and latest, as in Spark.
struct StartingPosition {
  enum class Kind { kEarliest, kLatest, kByPartition, kByTimestamp, kTimestamp };
  Kind kind = Kind::kLatest;
  OffsetMap by_partition;                           // kByPartition
  std::map<TopicPartition, int64_t> timestamps_ms;  // kByTimestamp
  int64_t timestamp_ms = 0;                         // kTimestamp: the same for all
  bool latest_when_no_match = false;                // startingOffsetsByTimestampStrategy=latest
};

struct SourceOptions {
  std::variant<Subscribe, SubscribePattern, Assign> subscription;
  StartingPosition starting;
  bool fail_on_data_loss = true;
  bool include_headers = false;
  int fetch_offset_num_retries = 3;
  std::chrono::milliseconds fetch_offset_retry_interval{1000};
  std::chrono::milliseconds poll_timeout{120000};  // kafkaConsumer.pollTimeoutMs
  // The `kafka.` options under their Java names without the prefix: {"bootstrap.servers", "..."}.
  std::map<std::string, std::string> client;
  // Bytes that the client may hold in its queues, over all partitions. A query sets its share of
  // query.memory here.
  int64_t queue_bytes = 64 << 20;
};

}  // namespace sluice::kafka
