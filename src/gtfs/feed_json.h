// SPDX-License-Identifier: Apache-2.0
//
// A feed as JSON, shaped as Protobuf's MessageToDict(preserving_proto_field_name=True) has it: keys in
// the order of field numbers, 64-bit integers as texts, enums by name, a float as the shortest number
// that reads back equal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gtfs/feed.h"

namespace sluice::gtfs {

// One FeedMessage, without white space.
std::string FeedJson(const Feed& feed);

// The feed in messages of at most `max_entities` each, under the same header: brokers refuse messages
// over about 1 MB, and an entity is about 400 bytes.
std::vector<std::string> FeedJsonChunks(const Feed& feed, size_t max_entities);

}  // namespace sluice::gtfs
