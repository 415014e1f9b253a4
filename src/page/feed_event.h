// SPDX-License-Identifier: Apache-2.0
//
// What the page of a producer is told: values without a tie to the producer, left in an Inbox.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::page {

// One poll of one feed.
struct FeedPolled {
  size_t feed = 0;
  int64_t at_ms = 0;
  std::string result;   // "published", "timeout", ...
  bool good = false;    // the feed did what it should
  std::string message;  // what a person should know of it; holds no secret
  std::optional<int64_t> header_s;
  std::vector<std::string> faults;  // of the feed: "frozen", ...
  int64_t wire_bytes = 0;
  int64_t messages = 0;
  int64_t message_bytes = 0;
  int64_t entities_good = 0;
  int64_t entities_repaired = 0;
  int64_t entities_dropped = 0;
  double fetch_seconds = 0;
  int failures = 0;  // polls in a row that failed
  double next_seconds = 0;
};

// `code` is empty when Kafka is well.
struct KafkaChanged {
  int64_t at_ms = 0;
  std::string code;
  std::string message;
};

// What became of the records, of each feed since the start, and what waits for Kafka.
struct DeliveriesSeen {
  struct Feed {
    int64_t delivered = 0;
    int64_t lost = 0;
  };
  std::vector<Feed> feeds;
  int64_t queued_records = 0;
  int64_t queued_bytes = 0;
  int64_t limit_bytes = 0;
};

struct ProducerEnded {
  int64_t at_ms = 0;
  std::string code;  // empty: on request
  std::string message;
};

using FeedEvent = std::variant<FeedPolled, KafkaChanged, DeliveriesSeen, ProducerEnded>;

}  // namespace sluice::page
