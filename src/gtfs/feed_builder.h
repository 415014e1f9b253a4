// SPDX-License-Identifier: Apache-2.0
//
// A feed of plain values (feed.h) as a Protobuf FeedMessage and as JSON.
#pragma once

#include <string>

#include "gtfs/feed.h"

namespace sluice::gtfs {

// The serialised FeedMessage; the same feed gives the same bytes.
std::string FeedBytes(const Feed& feed);

// One FeedMessage as JSON (feed_json.h has the form), without white space.
std::string FeedJson(const Feed& feed);

}  // namespace sluice::gtfs
