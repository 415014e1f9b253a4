// SPDX-License-Identifier: Apache-2.0
//
// The one sentence at the top of a producer's page. Pure; the conditions are those of its alerts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "page/feed_event.h"
#include "page/headline.h"

namespace sluice::page {

enum class FeedState { kWaiting, kWell, kFrozen, kSilent, kFailing };
// "waiting" for its first poll, "well", "frozen": its header stands still, "silent": no good poll for too
// long, "failing".
const char* ToString(FeedState state);

struct FeedFacts {
  std::string name;
  FeedState state = FeedState::kWaiting;
  std::string result;
  std::string message;
};

struct ProducerFacts {
  bool kafka_answered = false;
  KafkaChanged kafka;
  std::optional<ProducerEnded> ended;
  std::vector<FeedFacts> feeds;
  int64_t lost = 0;  // records of the last ten minutes
};

Headline JudgeProducer(const ProducerFacts& facts);

}  // namespace sluice::page
