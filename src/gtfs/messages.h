// SPDX-License-Identifier: Apache-2.0
//
// A feed as messages for a topic, in one of three shapes. Each carries where and when it came from:
//
//   feed    {"header":{..},"entity":[..],"source":"S","feed_timestamp":1700000000,
//            "fetch_timestamp":1700000000.123,"producer_timestamp":1700000000.125}          key: source
//   chunk   the same, with at most so many entities or bytes, and "chunk":{"index":0,"count":3}
//   entity  {"id":..,"vehicle":{..},"source":..,"feed_timestamp":..,...}
//           key: source|vehicle id, else source|trip id, else source|entity id
//
// feed_timestamp is the header's, and absent where that is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "gtfs/feed_json.h"
#include "gtfs/feed_reader.h"

namespace sluice::gtfs {

enum class MessageMode { kFeed, kEntity, kChunk };
const char* ToString(MessageMode mode);  // "feed", "entity", "chunk"

struct MessageOptions {
  MessageMode mode = MessageMode::kFeed;
  size_t max_entities = 1000;  // a chunk's
  // Of a message's value. A client refuses messages over message.max.bytes (1,000,000 by default, key and
  // headers included) before it compresses them.
  size_t max_bytes = 900'000;
  JsonOptions json{};
};

struct Envelope {
  std::string source;
  int64_t fetch_time_ms = 0;     // when the answer was complete
  int64_t producer_time_ms = 0;  // when it was rendered
};

struct MessageCounts {
  int64_t messages = 0;
  int64_t bytes = 0;  // of the values
  // Mode feed, but the feed is larger than a message may be: it went out in chunks.
  bool fell_to_chunks = false;
  Faults faults;  // entities by result, too
};

// Takes a message; both views are good until it returns. An error ends the rendering.
using MessageSink = std::function<Status(std::string_view key, std::string_view value)>;

// Renders the feed message by message, with one message's text in memory at a time. A feed without entities
// is one message in the modes feed and chunk, none in mode entity.
// Errors: the sink's own; `counts` then holds what came before.
Status WriteMessages(const ParsedFeed& feed, const Envelope& envelope,
                     const MessageOptions& options, const MessageSink& sink, MessageCounts* counts);

}  // namespace sluice::gtfs
