// SPDX-License-Identifier: Apache-2.0
//
// The outermost records of a FeedMessage: enough to tell a feed from another body.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::gtfs {

struct FeedScan {
  bool complete = false;  // records cover the bytes from end to end
  bool ran_out = false;   // not complete, because the bytes end inside a record
  size_t position = 0;    // where the records end
  size_t headers = 0;
  bool header_readable = true;     // each of them
  bool header_recognised = false;  // readable, and empty or with a field that a FeedHeader has
  size_t entities = 0;
  bool entity_recognised = false;  // one of the first is readable and has an id
  bool has_others = false;         // fields that are neither

  bool is_feed() const { return complete && (header_recognised || entity_recognised); }
  // Bytes of a feed that is cut short.
  bool is_truncated_feed = false;
};

FeedScan ScanFeed(std::string_view bytes);

}  // namespace sluice::gtfs
