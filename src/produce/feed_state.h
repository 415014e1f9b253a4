// SPDX-License-Identifier: Apache-2.0
//
// What is remembered of a feed between its polls, and the rules by which a poll is judged:
//
//   the same body, or 304       not published; frozen if the header's time is too old by then
//   header older than the last  not published (a stale server behind a load balancer), until that has
//                               gone on for a while: then it is the truth
//   header from the future      published; its time is not remembered
//   other content, same time    published
//
//   fetched.body_hash = HashBody(fetched.body);
//   if (auto verdict = JudgeAnswer(rules, state, fetched, now)) return *verdict;   // nothing to parse
//   Verdict verdict = JudgeHeader(rules, state, header, now);
//   if (verdict.result == PollResult::kPublished && Send(...))
//     Remember(rules, state, fetched, header, now, verdict);
//
// Pure: time comes from outside.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "produce/feed_source.h"
#include "produce/poll_result.h"
#include "produce/producer_options.h"

namespace sluice::produce {

struct FeedRules {
  std::chrono::milliseconds full_fetch_every{0};
  std::chrono::milliseconds frozen_after{0};
  std::chrono::milliseconds future_after{0};
  std::chrono::milliseconds accept_older_after{0};
};
FeedRules RulesOf(const FeedOptions& options);

// The header's time in seconds since 1970, if it has one.
using HeaderTime = std::optional<uint64_t>;

struct FeedState {
  Validators validators;
  std::optional<size_t> body_hash;
  HeaderTime header;                      // of that body; unset if it was not believed
  std::optional<int64_t> older_since_ms;  // headers have been older than that since then
  int64_t content_since_ms = 0;           // when the body was seen first
  int64_t full_fetch_ms = 0;              // the last answer with a body
  int not_modified = 0;                   // 304s since then
  int false_304 = 0;                      // full fetches in a row that found what 304s had denied
  int64_t no_validators_until_ms = 0;
};

// What to ask with: nothing if a full fetch is due.
Validators AskWith(const FeedRules& rules, const FeedState& state, int64_t now_ms);

struct Verdict {
  PollResult result = PollResult::kPublished;
  std::vector<FeedFault> faults = {};
  std::string message = {};  // what a person should know of it; empty if all is well

  bool has(FeedFault fault) const;
};

size_t HashBody(std::string_view body);

// Takes note of an answer. Gives the verdict if no body has to be looked into.
std::optional<Verdict> JudgeAnswer(const FeedRules& rules, FeedState& state, const Fetched& fetched,
                                   int64_t now_ms);

// A new body with such a header: publish it or not.
Verdict JudgeHeader(const FeedRules& rules, FeedState& state, HeaderTime header, int64_t now_ms);

// That body was queued. Adds to its verdict if it shows that the server's 304s cannot be believed.
void Remember(const FeedRules& rules, FeedState& state, const Fetched& fetched, HeaderTime header,
              int64_t now_ms, Verdict& verdict);

// The next body is published whatever it is: something of the last one was lost.
void Forget(FeedState& state);

}  // namespace sluice::produce
