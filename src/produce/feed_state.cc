// SPDX-License-Identifier: Apache-2.0
#include "produce/feed_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

namespace sluice::produce {

namespace {

constexpr int64_t kDistrustMs = 24LL * 3600 * 1000;
// So many 304s before a full fetch that finds other content make it worth a thought ...
constexpr int kDenials = 3;
// ... and so many such fetches in a row are no accident.
constexpr int kFalse304s = 2;

// Milliseconds; a time beyond all reason stays one.
int64_t Milliseconds(uint64_t seconds) {
  constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max() / 1000);
  return static_cast<int64_t>(std::min(seconds, kMost)) * 1000;
}

bool IsAhead(const FeedRules& rules, uint64_t header, int64_t now_ms) {
  return Milliseconds(header) > now_ms + rules.future_after.count();
}

std::string Span(int64_t ms) {
  const int64_t seconds = ms / 1000;
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} days", seconds / 86400);
}

// The feed is as it was: has it been so for too long?
void CheckFrozen(const FeedRules& rules, const FeedState& state, int64_t now_ms, Verdict& verdict) {
  if (rules.frozen_after.count() <= 0) return;
  const int64_t since = state.header ? Milliseconds(*state.header) : state.content_since_ms;
  if (now_ms - since <= rules.frozen_after.count()) return;
  verdict.faults.push_back(FeedFault::kFrozen);
  verdict.message =
      state.header ? fmt::format("the header's time has not changed for {}", Span(now_ms - since))
                   : fmt::format("the content has not changed for {}", Span(now_ms - since));
}

bool IsRefusal(int status) {
  return status >= 400 && status < 500 && status != 408 && status != 421 && status != 425;
}

Verdict JudgeStatus(const Fetched& fetched) {
  Verdict verdict;
  verdict.result = fetched.status == 429       ? PollResult::kRateLimited
                   : IsRefusal(fetched.status) ? PollResult::kRefused
                                               : PollResult::kHttpError;
  verdict.message =
      fetched.message.empty() ? fmt::format("HTTP {}", fetched.status) : fetched.message;
  return verdict;
}

Verdict Judge304(const FeedRules& rules, FeedState& state, const Fetched& fetched, int64_t now_ms) {
  if (!fetched.asked_with_validators) {
    return {PollResult::kHttpError, {}, "HTTP 304 to a question without validators"};
  }
  ++state.not_modified;
  state.older_since_ms.reset();
  Verdict verdict{PollResult::kNotModified};
  CheckFrozen(rules, state, now_ms, verdict);
  return verdict;
}

// Dropped at first; when it has been so for a while, the server's clock is another one now.
Verdict JudgeOlder(const FeedRules& rules, FeedState& state, uint64_t header, int64_t now_ms) {
  if (!state.older_since_ms) state.older_since_ms = now_ms;
  const std::string by = Span(Milliseconds(*state.header - header));
  if (now_ms - *state.older_since_ms <= rules.accept_older_after.count()) {
    return {PollResult::kOlder,
            {FeedFault::kOlder},
            fmt::format("the header is {} older than one seen before", by)};
  }
  return {
      PollResult::kPublished,
      {FeedFault::kOlder},
      fmt::format("the header's time went back by {} and stayed there: it is taken as it is", by)};
}

// A full fetch that finds other content behind a row of 304s.
bool CheckDenials(FeedState& state, const Fetched& fetched, int64_t now_ms) {
  if (fetched.asked_with_validators) {
    state.false_304 = 0;
  } else if (state.not_modified >= kDenials) {
    ++state.false_304;
  }
  if (state.false_304 < kFalse304s) return false;
  state.false_304 = 0;
  state.no_validators_until_ms = now_ms + kDistrustMs;
  return true;
}

}  // namespace

FeedRules RulesOf(const FeedOptions& options) {
  return {options.full_fetch_every, options.frozen_after, options.future_after,
          options.accept_older_after};
}

size_t HashBody(std::string_view body) { return std::hash<std::string_view>()(body); }

bool Verdict::has(FeedFault fault) const { return std::ranges::count(faults, fault) > 0; }

Validators AskWith(const FeedRules& rules, const FeedState& state, int64_t now_ms) {
  const bool distrusted = now_ms < state.no_validators_until_ms;
  const int64_t since = now_ms - state.full_fetch_ms;
  // A clock that went back must not keep the validators for ever.
  if (distrusted || since < 0 || since >= rules.full_fetch_every.count()) return {};
  return state.validators;
}

std::optional<Verdict> JudgeAnswer(const FeedRules& rules, FeedState& state, const Fetched& fetched,
                                   int64_t now_ms) {
  if (fetched.begins_anew) state = {};
  if (fetched.kind == Fetched::Kind::kFailure) return Verdict{fetched.failure, {}, fetched.message};
  if (fetched.status == 304) return Judge304(rules, state, fetched, now_ms);
  if (fetched.status != 200) return JudgeStatus(fetched);
  if (fetched.body.empty()) return Verdict{PollResult::kEmpty, {}, "the body is empty"};
  if (!state.body_hash || *state.body_hash != fetched.body_hash) return std::nullopt;
  state.validators = fetched.validators;
  state.full_fetch_ms = now_ms;
  state.not_modified = 0;
  state.false_304 = 0;
  state.older_since_ms.reset();
  Verdict verdict{PollResult::kUnchanged};
  CheckFrozen(rules, state, now_ms, verdict);
  return verdict;
}

Verdict JudgeHeader(const FeedRules& rules, FeedState& state, HeaderTime header, int64_t now_ms) {
  if (!header) return {PollResult::kPublished, {FeedFault::kNoTimestamp}, ""};
  if (IsAhead(rules, *header, now_ms)) {
    return {
        PollResult::kPublished,
        {FeedFault::kFuture},
        fmt::format("the header's time is {} ahead of ours", Span(Milliseconds(*header) - now_ms))};
  }
  if (state.header && *header < *state.header) return JudgeOlder(rules, state, *header, now_ms);
  if (state.header == header && state.body_hash)
    return {PollResult::kPublished, {FeedFault::kSameTime}, ""};
  return {};
}

void Remember(const FeedRules& rules, FeedState& state, const Fetched& fetched, HeaderTime header,
              int64_t now_ms, Verdict& verdict) {
  if (CheckDenials(state, fetched, now_ms)) {
    verdict.faults.push_back(FeedFault::kFalse304);
    verdict.message =
        "the server said 304 although it had new content, repeatedly: for a day it is asked "
        "without "
        "validators";
  }
  state.validators = fetched.validators;
  state.body_hash = fetched.body_hash;
  state.header = header && !IsAhead(rules, *header, now_ms) ? header : std::nullopt;
  state.older_since_ms.reset();
  state.content_since_ms = now_ms;
  state.full_fetch_ms = now_ms;
  state.not_modified = 0;
}

void Forget(FeedState& state) {
  state.validators = {};
  state.body_hash.reset();
  state.not_modified = 0;
}

}  // namespace sluice::produce
