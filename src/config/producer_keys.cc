// SPDX-License-Identifier: Apache-2.0
#include "config/producer_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/kafka_values.h"
#include "config/nearest.h"
#include "core/ascii.h"

namespace sluice::config {

namespace {

using produce::FeedOptions;
using produce::NamedValue;

// What a key of the section `defaults` or of a feed is about.
template <bool kItem>
FeedOptions& Target(ProducerDraft& draft) {
  return kItem ? draft.config.producer.feeds.back() : draft.defaults;
}

// A key whose value is one member of FeedOptions.
template <bool kItem, auto kMember>
std::string StoreDuration(const Value& v, ProducerDraft& d) {
  Target<kItem>(d).*kMember = v.duration;
  return {};
}
template <bool kItem, auto kMember>
std::string StoreNumber(const Value& v, ProducerDraft& d) {
  Target<kItem>(d).*kMember = v.number;
  return {};
}
template <bool kItem, auto kMember>
std::string StoreFlag(const Value& v, ProducerDraft& d) {
  Target<kItem>(d).*kMember = v.flag;
  return {};
}

// Those of the feed come over those of `defaults` with the same name.
void Merge(const std::vector<NamedText>& from, std::vector<NamedValue>& into) {
  for (const NamedText& named : from) {
    std::erase_if(into,
                  [&](const NamedValue& old) { return EqualIgnoringCase(old.name, named.name); });
    into.push_back({named.name, named.text, named.secret});
  }
}

bool IsHeaderName(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return IsLetterOrDigit(c) || kOthers.find(c) != std::string_view::npos;
  });
}

bool HasControls(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

template <bool kItem>
std::string StoreHeaders(const Value& v, ProducerDraft& d) {
  constexpr std::array<std::string_view, 9> kOurs = {"host",
                                                     "connection",
                                                     "content-length",
                                                     "transfer-encoding",
                                                     "accept-encoding",
                                                     "range",
                                                     "if-none-match",
                                                     "if-modified-since",
                                                     "te"};
  for (const NamedText& header : v.map) {
    if (!IsHeaderName(header.name)) return fmt::format("'{}' is no name of a header", header.name);
    if (HasControls(header.text))
      return fmt::format("{}: a line break or control character in the value", header.name);
    if (std::ranges::find(kOurs, ToLower(header.name)) != kOurs.end())
      return fmt::format("{} is set by the producer itself", header.name);
  }
  Merge(v.map, Target<kItem>(d).headers);
  return {};
}

template <bool kItem>
std::string StoreQuery(const Value& v, ProducerDraft& d) {
  Merge(v.map, Target<kItem>(d).query);
  return {};
}

template <bool kItem>
std::string StoreMode(const Value& v, ProducerDraft& d) {
  using produce::MessageMode;
  Target<kItem>(d).mode = v.text == "entity"  ? MessageMode::kEntity
                          : v.text == "chunk" ? MessageMode::kChunk
                                              : MessageMode::kFeed;
  return {};
}

template <bool kItem>
std::string StoreRatio(const Value& v, ProducerDraft& d) {
  Target<kItem>(d).max_ratio = static_cast<double>(v.number);
  return {};
}

template <bool kItem>
std::vector<KeySpec> PollingKeys(const std::string& section) {
  return {
      {section, "interval", ValueType::kDuration, "30 seconds",
       "Between two polls, 10 ms at least: fixed ticks, whatever a poll takes. A tick that passes "
       "while a poll is under way is not made up for.",
       StoreDuration<kItem, &FeedOptions::interval>},
      {section, "jitter", ValueType::kDuration, "0 seconds",
       "Each poll is put off by a random time up to this, less than the interval; the ticks stay.",
       StoreDuration<kItem, &FeedOptions::jitter>},
      {section, "connectTimeout", ValueType::kDuration, "5 seconds",
       "For name, connection and TLS; part of timeout.",
       StoreDuration<kItem, &FeedOptions::connect_timeout>},
      {section, "timeout", ValueType::kDuration, "30 seconds", "For a poll as a whole.",
       StoreDuration<kItem, &FeedOptions::timeout>},
      {section, "headers", ValueType::kTextMap, "",
       "Request headers: `{x-api-key: ${CITY_API_KEY}}`. Those of a feed come over those of "
       "defaults.",
       StoreHeaders<kItem>},
      {section, "query", ValueType::kTextMap, "",
       "Parameters that are added to the url: `{key: ${CITY_API_KEY}}`.", StoreQuery<kItem>},
      {section, "maxBackoff", ValueType::kDuration, "5 minutes",
       "Longest pause after failures; it grows with their number, and is random up to that.",
       StoreDuration<kItem, &FeedOptions::max_backoff>},
      {section, "refusedRetry", ValueType::kDuration, "15 minutes",
       "Longest pause after answers that waiting will not heal: 4xx other than 408, 421, 425 and "
       "429.",
       StoreDuration<kItem, &FeedOptions::refused_retry>},
      {section, "fullFetchEvery", ValueType::kDuration, "15 minutes",
       "Ask without If-None-Match and If-Modified-Since so often, since 304s lie; 0: always.",
       StoreDuration<kItem, &FeedOptions::full_fetch_every>},
  };
}

template <bool kItem>
std::vector<KeySpec> RuleKeys(const std::string& section) {
  return {
      {section, "frozenAfter", ValueType::kDuration, "10 minutes",
       "A feed whose header keeps its time for longer is called frozen; 0: never.",
       StoreDuration<kItem, &FeedOptions::frozen_after>},
      {section, "futureAfter", ValueType::kDuration, "1 minute",
       "A header further ahead of our clock is from the future: published, its time not believed.",
       StoreDuration<kItem, &FeedOptions::future_after>},
      {section, "acceptOlderAfter", ValueType::kDuration, "5 minutes",
       "A header older than the last is not published; when all have been for so long, they are.",
       StoreDuration<kItem, &FeedOptions::accept_older_after>},
      {section,
       "maxWireBytes",
       ValueType::kSize,
       "64 MiB",
       "Largest answer, as received.",
       StoreNumber<kItem, &FeedOptions::max_wire_bytes>,
       {},
       1 << 10,
       4LL << 30},
      {section,
       "maxBodyBytes",
       ValueType::kSize,
       "128 MiB",
       "Largest answer, decompressed.",
       StoreNumber<kItem, &FeedOptions::max_body_bytes>,
       {},
       1 << 10,
       4LL << 30},
      {section,
       "maxRatio",
       ValueType::kInteger,
       "200",
       "Largest ratio of the two; beyond 1 MiB, what is larger is a bomb.",
       StoreRatio<kItem>,
       {},
       2,
       100000},
  };
}

template <bool kItem>
std::vector<KeySpec> MessageKeys(const std::string& section) {
  return {
      {section,
       "mode",
       ValueType::kChoice,
       "feed",
       "feed: one message a poll; entity: one an entity, keyed by source and vehicle; chunk: a "
       "poll in "
       "parts under the same header.",
       StoreMode<kItem>,
       {"feed", "entity", "chunk"}},
      {section,
       "maxEntities",
       ValueType::kInteger,
       "500",
       "Most entities of a chunk.",
       StoreNumber<kItem, &FeedOptions::max_entities>,
       {},
       1,
       1000000},
      {section,
       "maxBytes",
       ValueType::kSize,
       "nine tenths of kafka.max.request.size, or 900 KB",
       "Largest message, at most half of sink.queue. A feed beyond it goes out as chunks, an "
       "entity beyond it is left out and named.",
       StoreNumber<kItem, &FeedOptions::max_message_bytes>,
       {},
       1 << 10,
       256 << 20},
      {section, "int64AsString", ValueType::kBool, "true",
       "64-bit integers as texts, as Protobuf's JSON has them; false: as numbers.",
       StoreFlag<kItem, &FeedOptions::int64_as_string>},
      {section, "rawExtensions", ValueType::kBool, "false",
       "Extensions and fields that the schema does not know as base64 under their number: "
       "`\"[1001]\"`.",
       StoreFlag<kItem, &FeedOptions::raw_extensions>},
  };
}

std::vector<KeySpec> PlaceKeys() {
  return {
      {"feeds", "name", ValueType::kString, "",
       "Name of the feed: `source` in messages, metrics and log, and the begin of every key. "
       "Letters, "
       "digits and . _ - only.",
       [](const Value& v, ProducerDraft& d) {
         d.config.producer.feeds.back().name = v.text;
         return std::string();
       }},
      {"feeds", "url", ValueType::kString, "", "http:, https: or file: address. This or replay.",
       [](const Value& v, ProducerDraft& d) {
         d.config.producer.feeds.back().url = v.text;
         return std::string();
       }},
      {"feeds", "replay", ValueType::kString, "",
       "Directory of captures NAME-YYYYMMDD-HHMMSS.pb to play instead, as far apart as they were; "
       "directory/NAME: only these.",
       [](const Value& v, ProducerDraft& d) {
         d.config.producer.feeds.back().replay = v.text;
         return std::string();
       }},
  };
}

produce::TopicCreation& Creation(ProducerDraft& d) {
  auto& create = d.config.producer.kafka.create;
  if (!create) create.emplace();
  return *create;
}

std::vector<KeySpec> SinkKeys() {
  return {
      {"sink", "topic", ValueType::kString, "dev_topic", "Topic to write to.",
       [](const Value& v, ProducerDraft& d) {
         std::string& topic = d.config.producer.kafka.topic;
         topic = Trimmed(v.text);
         return WrongTopicName(topic);
       }},
      {"sink",
       "partitions",
       ValueType::kInteger,
       "",
       "Create the topic with so many partitions if it is not there; without this it must be.",
       [](const Value& v, ProducerDraft& d) {
         Creation(d).partitions = static_cast<int>(v.number);
         return std::string();
       },
       {},
       1,
       10000},
      {"sink",
       "replication",
       ValueType::kInteger,
       "1",
       "Replicas of a topic that is created.",
       [](const Value& v, ProducerDraft& d) {
         Creation(d).replication = static_cast<int>(v.number);
         return std::string();
       },
       {},
       1,
       100},
      {"sink",
       "queue",
       ValueType::kSize,
       "64 MiB",
       "Records that Kafka has not acknowledged yet; at the brim polling waits, nothing is "
       "dropped.",
       [](const Value& v, ProducerDraft& d) {
         d.config.producer.kafka.queue_bytes = v.number;
         return std::string();
       },
       {},
       1 << 20,
       1LL << 40},
      {"",
       "workers",
       ValueType::kInteger,
       "one a core",
       "Threads that parse and render, two at least.",
       [](const Value& v, ProducerDraft& d) {
         d.config.producer.workers = static_cast<int>(v.number);
         return std::string();
       },
       {},
       1,
       256},
  };
}

std::vector<RefusedKey> Refused() {
  const std::string key_note =
      "write it as a header or a query parameter: headers: {x-api-key: ${CITY_API_KEY}}";
  return {
      {"feeds", "apiKey", key_note},
      {"feeds", "api_key", key_note},
      {"feeds", "key", key_note},
      {"feeds", "topic",
       "not supported: all feeds go to sink.topic, and are told apart by their source"},
      {"sink", "bootstrap.servers", "write it as kafka.bootstrap.servers"},
      {"sink", "format", "remove it: the sink is always Kafka"},
      {"", "query", "belongs to a feed or to defaults"},
  };
}

KeySet MakeKeys() {
  KeySet keys;
  keys.title = "Configuration of a Sluice producer";
  keys.expected = "sections sink, defaults, feeds";
  for (auto group :
       {SinkKeys(), PollingKeys<false>("defaults"), RuleKeys<false>("defaults"),
        MessageKeys<false>("defaults"), PlaceKeys(), PollingKeys<true>("feeds"),
        RuleKeys<true>("feeds"), MessageKeys<true>("feeds"),
        OutputKeys("127.0.0.1:4041",
                   "the live page, /metrics, /feeds, /healthz, /readyz and /startupz")}) {
    for (KeySpec& key : group) keys.keys.push_back(std::move(key));
  }
  // The top's come last, as those of a job.
  std::ranges::stable_partition(keys.keys, [](const KeySpec& key) { return !key.section.empty(); });
  keys.sections = {
      {"sink",
       "Where the messages go. Every `kafka.*` option goes to the client under its Java name; "
       "`kafka.bootstrap.servers` is required."},
      {"defaults", "What holds for every feed that does not say otherwise."},
      {"feeds",
       "A list of maps, each with a name, or a map by name. Each may have the keys of defaults, "
       "too."},
      {"monitor", "The HTTP server for the live page, metrics and health."},
      {"log", "The log, on standard error."},
  };
  keys.refused = Refused();
  keys.client_section = "sink";
  keys.store_client = [](const std::string& name, const std::string& value, OutputDraft& draft) {
    static_cast<ProducerDraft&>(draft).config.producer.kafka.client[name] = value;
  };
  keys.list = ListSpec{"feeds", "defaults", "name", [](OutputDraft& draft) {
                         auto& own = static_cast<ProducerDraft&>(draft);
                         own.config.producer.feeds.push_back(own.defaults);
                       }};
  return keys;
}

}  // namespace

const KeySet& ProducerKeys() {
  static const KeySet kKeys = MakeKeys();
  return kKeys;
}

}  // namespace sluice::config
