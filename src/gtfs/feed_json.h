// SPDX-License-Identifier: Apache-2.0
//
// A feed as JSON, value by value what Python's json.dumps(MessageToDict(m, preserving_proto_field_name=True))
// has: keys in the order of field numbers, 64-bit integers as texts, enums by name, a float as the shortest
// number that reads back equal (written as Python writes it), NaN and infinities as texts, unset fields and
// fields that the schema does not name absent. Without white space, in UTF-8.
//
//   std::string json = FeedMessageJson(feed, {}, &faults);
//   // {"header":{"gtfs_realtime_version":"2.0","timestamp":"1700000000"},"entity":[{"id":"1",...}]}
//
// Where Python gives up, this goes on: see FaultKind. `faults` may be null.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gtfs/faults.h"
#include "gtfs/feed_reader.h"

namespace sluice::gtfs {

struct JsonOptions {
  bool int64_as_string = true;
  // Fields that the schema does not name (extensions, unknown enum numbers, wrong types) under their number:
  // "[1001]":"<base64>". The bytes are the field's records, tags included, as they stood in the message, so
  // that Protobuf's MergeFromString gives them back.
  bool raw_extensions = false;
  // An entity with longer JSON is left out (FaultKind::kTooLarge); a header becomes {}.
  size_t max_bytes = SIZE_MAX;
};

// Appends `"header":{...}`: empty if it cannot be read, nothing if there is none; both are faults.
void AppendHeaderJson(const ParsedFeed& feed, const JsonOptions& options, Faults* faults,
                      std::string* out);

// Appends one entity, the `index`-th of its feed (for its name, should it have no id); nothing if it is
// dropped. Counts it in `faults`, too.
EntityResult AppendEntityJson(std::string_view entity, size_t index, const JsonOptions& options,
                              Faults* faults, std::string* out);

// Appends to an open object `"[1001]":"<base64>"` for what the FeedMessage itself holds beside header and
// entities, with the comma that it needs; nothing without raw_extensions.
void AppendFeedExtensions(const ParsedFeed& feed, const JsonOptions& options, Faults* faults,
                          std::string* out);

// The whole FeedMessage as one text.
std::string FeedMessageJson(const ParsedFeed& feed, const JsonOptions& options, Faults* faults);

}  // namespace sluice::gtfs
