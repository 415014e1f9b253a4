// SPDX-License-Identifier: Apache-2.0
//
// A feed whose answers a test gives: at once, from a script, or later by hand.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "produce/feed_source.h"

namespace sluice::produce {

// What a test holds of a source that the loop owns.
struct FakeFeed {
  std::vector<std::chrono::nanoseconds> asked_at;
  std::vector<Validators> asked_with;
  std::deque<Fetched> answers;  // given at once, in order; without one the question stays open
  FeedSource::Done open;        // the question that has no answer yet
  bool gone = false;            // the source was destroyed

  // Answers the open question.
  void Answer(Fetched fetched);
};

std::unique_ptr<FeedSource> MakeFakeSource(FakeFeed& feed, const Clock& clock);

Fetched Body(std::string body, const std::string& etag = "");
Fetched StatusOnly(int status);
Fetched Failure(PollResult result, const std::string& message);

}  // namespace sluice::produce
