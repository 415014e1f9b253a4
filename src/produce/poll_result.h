// SPDX-License-Identifier: Apache-2.0
//
// How a poll ended: one of these, and nothing else, for each poll. Beside it stand the faults of the feed
// that a poll noticed, which may be several and do not always hold back what it brought.
#pragma once

#include <array>
#include <cstddef>

namespace sluice::produce {

enum class PollResult {
  kPublished,    // new content, queued for Kafka
  kUnchanged,    // the same body as before
  kNotModified,  // 304
  kOlder,        // its header is older than one seen before: not published
  kEmpty,        // a body without a byte
  kTruncated,    // ended before its end
  kNotAFeed,     // a page, JSON, text, ...
  kHttpError,    // 5xx, and what nobody expects
  kRateLimited,  // 429
  kRefused,      // a 4xx that waiting will not heal
  kConnect,      // no connection
  kTimeout,
  kTls,
  kRedirects,    // too many, or one that may not be followed
  kTooLarge,     // more bytes, or a higher ratio of compression, than allowed
  kBadEncoding,  // not compressed as it says
  kBadAnswer,    // no HTTP, no such file, and what nobody thought of
  kNotSent,      // Kafka did not take it: stopped, or refused
};
inline constexpr size_t kPollResults = 18;

// Stable lower-case name for metrics and log: "published", "not_modified", ...
const char* ToString(PollResult result);

// The feed did what it should, with new content or without.
bool IsGood(PollResult result);

enum class FeedFault {
  kOlder,        // the header's time went back
  kFuture,       // the header's time is ahead of ours
  kFrozen,       // the same header time for too long
  kSameTime,     // new content under the same header time
  kNoTimestamp,  // no header time
  kFalse304,     // 304 although there was new content
};
inline constexpr size_t kFeedFaults = 6;

const char* ToString(FeedFault fault);

// For labels: all values in their order.
std::array<PollResult, kPollResults> AllPollResults();
std::array<FeedFault, kFeedFaults> AllFeedFaults();

}  // namespace sluice::produce
