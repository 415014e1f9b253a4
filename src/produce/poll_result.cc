// SPDX-License-Identifier: Apache-2.0
#include "produce/poll_result.h"

namespace sluice::produce {

const char* ToString(PollResult result) {
  switch (result) {
    case PollResult::kPublished: return "published";
    case PollResult::kUnchanged: return "unchanged";
    case PollResult::kNotModified: return "not_modified";
    case PollResult::kOlder: return "older";
    case PollResult::kEmpty: return "empty";
    case PollResult::kTruncated: return "truncated";
    case PollResult::kNotAFeed: return "not_a_feed";
    case PollResult::kHttpError: return "http_error";
    case PollResult::kRateLimited: return "rate_limited";
    case PollResult::kRefused: return "refused";
    case PollResult::kConnect: return "connect";
    case PollResult::kTimeout: return "timeout";
    case PollResult::kTls: return "tls";
    case PollResult::kRedirects: return "redirects";
    case PollResult::kTooLarge: return "too_large";
    case PollResult::kBadEncoding: return "bad_encoding";
    case PollResult::kBadAnswer: return "bad_answer";
    case PollResult::kNotSent: return "not_sent";
  }
  return "bad_answer";
}

bool IsGood(PollResult result) {
  return result == PollResult::kPublished || result == PollResult::kUnchanged ||
         result == PollResult::kNotModified;
}

const char* ToString(FeedFault fault) {
  switch (fault) {
    case FeedFault::kOlder: return "older";
    case FeedFault::kFuture: return "future";
    case FeedFault::kFrozen: return "frozen";
    case FeedFault::kSameTime: return "same_time";
    case FeedFault::kNoTimestamp: return "no_timestamp";
    case FeedFault::kFalse304: return "false_304";
  }
  return "older";
}

std::array<PollResult, kPollResults> AllPollResults() {
  std::array<PollResult, kPollResults> all{};
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<PollResult>(i);
  return all;
}

std::array<FeedFault, kFeedFaults> AllFeedFaults() {
  std::array<FeedFault, kFeedFaults> all{};
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<FeedFault>(i);
  return all;
}

}  // namespace sluice::produce
