// SPDX-License-Identifier: Apache-2.0
//
// What a producer does: which feeds it asks for, by which rules, and where it writes to.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::produce {

// A request header or a query parameter. `secret`: an API key; its value appears nowhere.
struct NamedValue {
  std::string name;
  std::string value;
  bool secret = false;
};

enum class MessageMode {
  kFeed,    // one message a poll
  kEntity,  // one message an entity
  kChunk    // a poll in parts under the same header
};

struct FeedOptions {
  std::string name;    // the label `source`, and the begin of every message key
  std::string url;     // http, https or file; empty for a replay
  std::string replay;  // directory of captures, or directory/stem of their names

  std::chrono::milliseconds interval{30000};
  std::chrono::milliseconds jitter{0};  // each poll is put off by up to this
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds timeout{30000};
  std::vector<NamedValue> headers;
  std::vector<NamedValue> query;
  // Further texts that no message may show: in the url, of other feeds.
  std::vector<std::string> secrets;

  int64_t max_wire_bytes = 64 << 20;   // as received
  int64_t max_body_bytes = 128 << 20;  // decompressed
  double max_ratio = 200;              // of the two

  std::chrono::milliseconds max_backoff{300000};       // longest pause after failures
  std::chrono::milliseconds refused_retry{900000};     // longest pause after a 4xx
  std::chrono::milliseconds full_fetch_every{900000};  // without validators; 0: always
  std::chrono::milliseconds frozen_after{600000};      // the same header time for so long; 0: never
  std::chrono::milliseconds future_after{60000};       // a header so far ahead is from the future
  std::chrono::milliseconds accept_older_after{300000};  // older headers for so long are the truth

  MessageMode mode = MessageMode::kFeed;
  int64_t max_entities = 500;     // a chunk's; for mode chunk, and where a feed is too large
  int64_t max_message_bytes = 0;  // 0: what the Kafka client takes
  bool int64_as_string = true;    // as Python's MessageToDict
  bool raw_extensions = false;    // extensions and unknown fields as base64
};

struct TopicCreation {
  int partitions = 1;
  int replication = 1;
};

struct KafkaOptions {
  // Java names without the "kafka." prefix.
  std::map<std::string, std::string> client;
  std::string topic = "dev_topic";
  std::optional<TopicCreation> create;  // unset: the topic must be there
  int64_t queue_bytes = 64 << 20;       // records not acknowledged yet; at the brim polling waits
};

struct ProducerOptions {
  std::vector<FeedOptions> feeds;
  KafkaOptions kafka;
  int workers = 0;  // threads that parse and render; 0: one a core, at least two
  double replay_speed = 1;
  bool replay_loop = false;
};

}  // namespace sluice::produce
