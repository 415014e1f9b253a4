// SPDX-License-Identifier: Apache-2.0
//
// A feed of plain values (feed.h) as a Protobuf FeedMessage and as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gtfs/feed.h"

namespace sluice::gtfs {

// The serialised FeedMessage; the same feed gives the same bytes.
std::string FeedBytes(const Feed& feed);

// One FeedMessage as JSON (feed_json.h has the form), without white space.
std::string FeedJson(const Feed& feed);

// The feed in messages of at most `max_entities` each, under the same header: brokers refuse messages over
// about 1 MB, and an entity is about 400 bytes.
std::vector<std::string> FeedJsonChunks(const Feed& feed, size_t max_entities);

}  // namespace sluice::gtfs
