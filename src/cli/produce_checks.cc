// SPDX-License-Identifier: Apache-2.0
#include "cli/produce_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/kafka_checks.h"
#include "kafka/producer.h"

namespace sluice::cli {

namespace {

using config::ProducerConfig;
using config::StageMistake;
using Mistakes = std::vector<StageMistake>;

Mistakes CheckKafka(const ProducerConfig& config) {
  const auto& client = config.producer.kafka.client;
  return OptionMistakes("sink", client, kafka::CheckProducerOptions(client));
}

Mistakes CheckLogin(const ProducerConfig& config) {
  return LoginMistakes("sink", kafka::CheckProducerOptions(config.producer.kafka.client));
}

// The client refuses what is larger, whatever the topic would take.
Mistakes CheckSizes(const ProducerConfig& config) {
  const auto& client = config.producer.kafka.client;
  if (!client.contains("max.request.size")) return {};
  // A limit that is wrong is told by CheckKafka.
  const auto problems = kafka::CheckProducerOptions(client).problems;
  if (std::ranges::any_of(problems, [](const auto& p) { return p.first == "max.request.size"; }))
    return {};
  const int64_t limit = kafka::MaxRecordBytes(client);
  Mistakes mistakes;
  for (const produce::FeedOptions& feed : config.producer.feeds) {
    if (feed.max_message_bytes < limit) continue;
    mistakes.push_back({fmt::format("feeds.{}.maxBytes", feed.name),
                        fmt::format("{} bytes, of feed {}, leave no room for the key within "
                                    "sink.kafka.max.request.size, {} bytes",
                                    feed.max_message_bytes, feed.name, limit)});
  }
  return mistakes;
}

}  // namespace

std::vector<config::ProducerCheck> AllProducerChecks() {
  return {{{}, CheckKafka},
          {LoginKeys("sink"), CheckLogin},
          {{"sink", "feeds", "defaults"}, CheckSizes}};
}

}  // namespace sluice::cli
