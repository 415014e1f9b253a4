// SPDX-License-Identifier: Apache-2.0
//
// All there is to say of one poll: for metrics, log and status. No text in it holds a secret.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gtfs/body.h"
#include "gtfs/messages.h"
#include "produce/feed_state.h"
#include "produce/poll_result.h"

namespace sluice::produce {

struct PollReport {
  size_t feed = 0;
  PollResult result = PollResult::kPublished;
  std::vector<FeedFault> faults = {};
  std::string message = {};  // what a person should know of it; empty if all is well

  int status = 0;          // of HTTP; 0: no answer
  int64_t wire_bytes = 0;  // as received
  int64_t body_bytes = 0;  // decompressed
  std::chrono::milliseconds fetch_time{0};
  std::chrono::milliseconds render_time{0};  // parsing, rendering and waiting for room in the queue
  int64_t at_ms = 0;                         // when the answer was complete, since 1970

  std::optional<gtfs::BodyKind> bad_body = {};  // what it was, if it was no feed
  HeaderTime header = {};                       // of this body, as it says
  gtfs::MessageCounts counts = {};              // of what was queued

  // Set by the loop.
  int64_t missed_ticks = 0;             // while this poll was under way
  std::chrono::nanoseconds next_in{0};  // until the next poll
  int failures = 0;                     // polls in a row that failed
};

}  // namespace sluice::produce
