// SPDX-License-Identifier: Apache-2.0
//
// Where a feed's bodies come from: a server, a file, or captures of earlier days.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "produce/poll_result.h"

namespace sluice::produce {

// What a server gave with its last good body, for it to say whether there is another one.
struct Validators {
  std::string etag;
  std::string last_modified;
  bool empty() const { return etag.empty() && last_modified.empty(); }
};

// How one question ended. No text in it holds a secret.
struct Fetched {
  enum class Kind {
    kAnswer,   // `status` says what kind
    kFailure,  // `failure` and `message`
    kOver      // there will be nothing more: a replay has ended
  };
  Kind kind = Kind::kAnswer;
  PollResult failure = PollResult::kBadAnswer;
  std::string message;

  int status = 200;
  std::string body;      // decompressed
  size_t body_hash = 0;  // set by who judges it: the body itself goes on to the parser
  std::string content_type;
  Validators validators;
  std::optional<std::chrono::nanoseconds> retry_after = {};
  int64_t wire_bytes = 0;
  std::chrono::milliseconds duration{0};
  int64_t at_ms = 0;  // when it was complete, since 1970
  bool asked_with_validators = false;

  // Of a replay: when the body was recorded, by which its age is judged; whether it began from the
  // start; when the next one is due, counted from when this one was.
  std::optional<int64_t> recorded_at_ms = {};
  bool begins_anew = false;
  std::optional<std::chrono::nanoseconds> next_in = {};
};

class FeedSource {
 public:
  using Done = std::function<void(Fetched)>;

  // Cancels what is under way; `done` is not called any more when the destructor has returned.
  virtual ~FeedSource() = default;
  // Asks once, one question at a time. `done` is called once, on any thread, perhaps before this returns.
  virtual void Fetch(const Validators& validators, Done done) = 0;
};

}  // namespace sluice::produce
