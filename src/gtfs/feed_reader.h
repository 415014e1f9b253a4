// SPDX-License-Identifier: Apache-2.0
//
// The body of an answer as a feed: its header, and its entities one after another as the bytes that they
// were sent as. Nothing is copied or parsed ahead, so that a body of 64 MB needs 64 MB.
//
//   FeedReading reading = ReadFeed(std::move(body));
//   if (!reading.feed) Complain(reading.body.sentence);
//   EntityCursor cursor(*reading.feed);
//   for (std::string_view entity; cursor.Next(&entity);) ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gtfs/body.h"

namespace sluice::gtfs {

// What a FeedHeader says; unset fields are unset here.
struct HeaderFacts {
  bool present = false;
  bool readable = false;
  std::optional<std::string> version;
  std::optional<std::string> incrementality;  // the enum's name
  std::optional<uint64_t> timestamp;          // seconds since 1970
  std::optional<std::string> feed_version;
};

// Immutable; safe from any thread. Moving it invalidates views and cursors.
class ParsedFeed {
 public:
  const HeaderFacts& header() const { return header_; }
  // Entities in the body, good or bad.
  size_t entities() const { return entities_; }
  // The body as it was given.
  const std::string& bytes() const { return bytes_; }
  // The FeedHeader's bytes; all of them, should there be several.
  std::string_view header_bytes() const { return header_bytes_; }
  // Whether the FeedMessage itself has fields beside header and entities: extensions.
  bool has_extensions() const { return has_extensions_; }

 private:
  friend struct FeedReading ReadFeed(std::string bytes);
  std::string bytes_;
  std::string header_bytes_;
  HeaderFacts header_;
  size_t entities_ = 0;
  bool has_extensions_ = false;
};

struct FeedReading {
  Body body;
  std::optional<ParsedFeed> feed;  // exactly if body.kind is kFeed
};

// Takes the body as a feed if its records cover it from end to end and it holds a readable header, or,
// without one, a readable entity. Else the body is named.
FeedReading ReadFeed(std::string bytes);

// Goes through the entities of a feed, which it does not own. Copies go their own ways.
class EntityCursor {
 public:
  explicit EntityCursor(const ParsedFeed& feed) : EntityCursor(std::string_view(feed.bytes())) {}
  // Over the bytes of a FeedMessage.
  explicit EntityCursor(std::string_view feed_message) : rest_(feed_message) {}
  // The next entity's bytes; false at the end.
  bool Next(std::string_view* entity);

 private:
  std::string_view rest_;
};

}  // namespace sluice::gtfs
