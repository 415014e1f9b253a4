// SPDX-License-Identifier: Apache-2.0
#include "page/feed_headline.h"

#include <fmt/format.h>

#include <algorithm>

#include "page/words.h"

namespace sluice::page {

namespace {

constexpr size_t kNamed = 3;

std::string Why(const FeedFacts& feed) {
  switch (feed.state) {
    case FeedState::kWaiting: return "not polled yet";
    case FeedState::kWell: return "well";
    case FeedState::kFrozen: return "its header stands still";
    case FeedState::kSilent: return "no poll for too long";
    case FeedState::kFailing: break;
  }
  return feed.message.empty() ? feed.result : fmt::format("{}: {}", feed.result, feed.message);
}

std::string SickFeeds(const std::vector<FeedFacts>& feeds) {
  std::string text;
  size_t sick = 0;
  for (const FeedFacts& feed : feeds) {
    if (feed.state == FeedState::kWell || feed.state == FeedState::kWaiting) continue;
    if (sick++ < kNamed)
      text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", feed.name, Why(feed));
  }
  if (sick > kNamed) text += fmt::format(" and {} more", sick - kNamed);
  return text;
}

size_t Count(const ProducerFacts& facts, FeedState state) {
  return static_cast<size_t>(std::ranges::count(facts.feeds, state, &FeedFacts::state));
}

Headline OfEnd(const ProducerEnded& ended) {
  if (ended.code.empty())
    return {Level::kNote, "stopped", "Stopped; Kafka has all that was polled.", "", ""};
  return {Level::kBad, ended.code, "The producer has failed.", ended.message, "SluiceProducerDown"};
}

Headline OfFeeds(const ProducerFacts& facts) {
  const size_t all = facts.feeds.size();
  const size_t waiting = Count(facts, FeedState::kWaiting);
  const size_t well = Count(facts, FeedState::kWell);
  const size_t sick = all - waiting - well;
  if (sick > 0) {
    const bool only_frozen = Count(facts, FeedState::kFrozen) == sick;
    const bool none_well = well == 0;
    return {none_well && !only_frozen ? Level::kBad : Level::kWarning,
            fmt::format("feeds_{}_{}", sick, only_frozen ? "frozen" : "failing"),
            none_well && all > 1 ? fmt::format("None of the {} feeds is well.", all)
            : all == 1
                ? fmt::format("Feed {} is not well.", facts.feeds[0].name)
                : fmt::format("{} of {} feeds {} not well.", sick, all, sick == 1 ? "is" : "are"),
            SickFeeds(facts.feeds),
            only_frozen ? "SluiceProducerFeedFrozen" : "SluiceProducerSourceFailing"};
  }
  if (waiting == all)
    return {Level::kNote, "starting", "Starting: the first polls are under way.", "", ""};
  return {Level::kGood, "well",
          all == 1
              ? fmt::format("Well: feed {} is polled and goes into Kafka.", facts.feeds[0].name)
              : fmt::format("Well: all {} feeds are polled and go into Kafka.", all),
          "", ""};
}

}  // namespace

const char* ToString(FeedState state) {
  switch (state) {
    case FeedState::kWaiting: return "waiting";
    case FeedState::kWell: return "well";
    case FeedState::kFrozen: return "frozen";
    case FeedState::kSilent: return "silent";
    case FeedState::kFailing: return "failing";
  }
  return "waiting";
}

Headline JudgeProducer(const ProducerFacts& facts) {
  if (facts.ended) return OfEnd(*facts.ended);
  if (!facts.kafka.code.empty()) {
    return {Level::kBad, facts.kafka.code, "Kafka does not take the messages; polling waits.",
            facts.kafka.message, "SluiceProducerKafkaUnreachable"};
  }
  if (!facts.kafka_answered)
    return {Level::kNote, "starting", "Starting: asking Kafka for the topic.", "", ""};
  if (facts.lost > 0) {
    return {Level::kBad, "lost",
            fmt::format("Kafka did not take {} of the last 10 minutes.", Records(facts.lost)),
            "Each feed is published anew at its next poll. The log says why.",
            "SluiceProducerDeliveryFailures"};
  }
  return OfFeeds(facts);
}

}  // namespace sluice::page
