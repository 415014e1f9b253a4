// SPDX-License-Identifier: Apache-2.0
//
// The feeds of a producer: each is asked once, with its keys, and judged as the producer would.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "doctor/finding.h"
#include "gtfs/feed_report.h"
#include "http/client.h"
#include "produce/producer_options.h"

namespace sluice::doctor {

struct FeedLook {
  std::string name;
  std::string address;  // without keys
  bool is_replay = false;
  std::string trouble;                     // of a replay: why it cannot be played
  http::Outcome outcome;                   // of the others
  std::optional<gtfs::FeedReport> report;  // of an answer with 200
};

// Asks all at once; each has `timeout` at most.
std::vector<FeedLook> LookAtFeeds(const std::vector<produce::FeedOptions>& feeds,
                                  std::chrono::milliseconds timeout);

Finding CheckFeed(const FeedLook& look, const produce::FeedOptions& feed);
// One finding a feed; of more than a handful, one for all that are well.
Findings CheckFeeds(const std::vector<FeedLook>& looks,
                    const std::vector<produce::FeedOptions>& feeds);

// The largest message of the feeds as they are now against what the topic takes. `topic_limit`: -1: it is
// not told.
Finding CheckMessageSizes(const std::vector<FeedLook>& looks,
                          const std::vector<produce::FeedOptions>& feeds, int64_t topic_limit,
                          int64_t client_limit);

}  // namespace sluice::doctor
