// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "config/contradictions.h"
#include "config/nearest.h"
#include "config/producer_keys.h"
#include "config/rules.h"
#include "config/units.h"
#include "core/ascii.h"

namespace sluice::config {

namespace {

using produce::FeedOptions;
using std::chrono::milliseconds;

constexpr size_t kLongestName = 100;
constexpr milliseconds kShortestInterval{10};

bool IsFeedName(std::string_view name) {
  return name.size() <= kLongestName && std::ranges::all_of(name, [](char c) {
           return IsLetterOrDigit(c) || c == '.' || c == '_' || c == '-';
         });
}

struct Parameter {
  std::string_view name;
  std::string_view value;
};

// The parameters of the url that are most likely keys.
std::vector<Parameter> KeysInUrl(std::string_view url) {
  std::vector<Parameter> keys;
  const size_t question = url.find('?');
  if (question == std::string_view::npos) return keys;
  std::string_view rest = url.substr(question + 1, url.find('#') - question - 1);
  while (!rest.empty()) {
    const std::string_view parameter = rest.substr(0, rest.find('&'));
    const std::string_view name = parameter.substr(0, parameter.find('='));
    if (name.size() < parameter.size() && IsSecretParameter(name))
      keys.push_back({name, parameter.substr(name.size() + 1)});
    rest.remove_prefix(std::min(rest.size(), parameter.size() + 1));
  }
  return keys;
}

// "user:password" of the url; empty if it has neither.
std::string_view UserOf(std::string_view url) {
  const size_t host = url.find("://");
  if (host == std::string_view::npos) return {};
  const std::string_view authority =
      url.substr(host + 3, url.find_first_of("/?#", host + 3) - host - 3);
  const size_t at = authority.rfind('@');
  return at == std::string_view::npos ? std::string_view() : authority.substr(0, at);
}

// One feed, and where it stands in the file.
class FeedRules {
 public:
  FeedRules(const std::string& file, const std::string& path, const FeedOptions& feed,
            ReadResult& result)
      : file_(file), path_(path), feed_(feed), result_(result) {}

  void Check() {
    CheckName();
    CheckPlace();
    CheckTimes();
    CheckIdle();
  }

 private:
  // Line of one of the feed's keys, of the same key of defaults, or of the feed's first key.
  int LineOf(const std::string& key) const {
    for (const std::string& path : {path_ + "." + key, "defaults." + key}) {
      const auto set = result_.set.find(path);
      if (set != result_.set.end()) return set->second.line;
    }
    int first = 0;
    for (auto at = result_.set.lower_bound(path_ + ".");
         at != result_.set.end() && at->first.starts_with(path_ + "."); ++at) {
      if (first == 0 || at->second.line < first) first = at->second.line;
    }
    return first;
  }
  bool IsSet(const std::string& key) const { return result_.set.contains(path_ + "." + key); }
  // Written without a unit, here or in defaults.
  bool IsPlainNumber(const std::string& key) const {
    for (const std::string& path : {path_ + "." + key, "defaults." + key}) {
      const auto set = result_.set.find(path);
      if (set != result_.set.end()) return ParseInteger(set->second.shown).has_value();
    }
    return false;
  }
  void Add(const std::string& key, std::string message) {
    result_.mistakes.push_back({file_, LineOf(key), path_ + "." + key, std::move(message)});
  }
  void Warn(const std::string& key, std::string message) {
    result_.warnings.push_back({file_, LineOf(key), path_ + "." + key, std::move(message)});
  }

  void CheckName() {
    if (!IsSet("name")) {
      Add("name", "missing: every feed has a name");
    } else if (!IsFeedName(feed_.name)) {
      Add("name",
          fmt::format("'{}' is no name of a feed: letters, digits and . _ - only, {} at most",
                      feed_.name, kLongestName));
    }
    const auto name = result_.set.find(path_ + ".name");
    if (name != result_.set.end() && name->second.shown != feed_.name && !feed_.name.empty())
      Add("name", "a secret must not be the name of a feed: it stands in every message");
  }

  void CheckPlace() {
    if (!feed_.url.empty() && !feed_.replay.empty()) {
      Add("replay", fmt::format("contradicts url in line {}: one of the two", LineOf("url")));
    } else if (!IsSet("url") && !IsSet("replay")) {
      Add("url", "missing: the address of the feed (or replay, a directory of captures)");
    }
    if (feed_.url.empty()) return;
    const std::string url = ToLower(feed_.url);
    const bool remote = url.starts_with("http://") || url.starts_with("https://");
    if (!remote && !url.starts_with("file:///")) {
      Add("url", "expected an address beginning with http://, https:// or file:///");
    }
    CheckSecretsInUrl();
  }

  // They are warned of, and shown nowhere all the same.
  void CheckSecretsInUrl() {
    const std::vector<Parameter> keys = KeysInUrl(feed_.url);
    for (const Parameter& key : keys) result_.secrets.emplace(key.value);
    const std::string_view user = UserOf(feed_.url);
    if (!user.empty()) result_.secrets.emplace(user);
    if (!keys.empty()) {
      const std::string_view key = keys.front().name;
      Warn("url",
           fmt::format("'{}' is a secret by its name: write it under query: {{{}: ${{NAME}}}} "
                       "instead, and set NAME in .env or the environment",
                       key, key));
    } else if (!user.empty()) {
      Warn("url",
           "a password in an address is easily copied: write headers: {Authorization: ${NAME}} "
           "instead");
    }
  }

  void CheckTimes() {
    if (feed_.interval < kShortestInterval) {
      Add("interval", fmt::format("expected at least {} ms, found {} ms", kShortestInterval.count(),
                                  feed_.interval.count()));
    } else if (feed_.interval < std::chrono::seconds(1) && IsPlainNumber("interval")) {
      Warn("interval",
           fmt::format(
               "is {} ms: a plain number is milliseconds; write '{} seconds' if that is meant",
               feed_.interval.count(), feed_.interval.count()));
    }
    if (feed_.jitter >= feed_.interval && feed_.jitter.count() > 0)
      Add("jitter", fmt::format("{} ms is not less than interval, {} ms", feed_.jitter.count(),
                                feed_.interval.count()));
    if (feed_.timeout.count() < 1) Add("timeout", "expected at least 1 ms");
    if (feed_.connect_timeout.count() < 1) Add("connectTimeout", "expected at least 1 ms");
    if (feed_.connect_timeout > feed_.timeout && IsSet("connectTimeout")) {
      Add("connectTimeout", fmt::format("{} ms is more than timeout, {} ms",
                                        feed_.connect_timeout.count(), feed_.timeout.count()));
    }
  }

  void CheckIdle() {
    const bool remote = feed_.url.starts_with("http");
    for (const char* key : {"headers", "query", "connectTimeout", "refusedRetry"}) {
      if (IsSet(key) && !remote && !(feed_.url.empty() && feed_.replay.empty()))
        Warn(key, "has no effect without an http: or https: url");
    }
    if (IsSet("maxEntities") && feed_.mode == produce::MessageMode::kEntity)
      Warn("maxEntities", "has no effect with mode: entity");
    if (feed_.max_body_bytes < feed_.max_wire_bytes && IsSet("maxBodyBytes") &&
        IsSet("maxWireBytes"))
      Add("maxBodyBytes", "is less than maxWireBytes");
  }

  const std::string& file_;
  const std::string& path_;
  const FeedOptions& feed_;
  ReadResult& result_;
};

class Settler : private Rules {
 public:
  Settler(const std::string& file, ProducerDraft& draft, ReadResult& result)
      : Rules(file, result), producer_(draft.config.producer) {}

  void Settle() {
    if (!IsSet("sink.kafka.bootstrap.servers")) {
      Add("sink.kafka.bootstrap.servers",
          "missing: addresses of Kafka brokers, such as localhost:9092");
    }
    if (IsSet("sink.replication") && !IsSet("sink.partitions"))
      Add("sink.replication", "has no effect without partitions");
    CheckFeeds();
  }

 private:
  void CheckFeeds() {
    if (producer_.feeds.empty() && !HasMistakeUnder("feeds")) {
      Add("feeds", "missing: at least one feed, such as {name: city, url: 'https://...'}");
    }
    for (size_t i = 0; i < producer_.feeds.size(); ++i) {
      const std::string& path = result_.items[i];
      FeedRules(file_, path, producer_.feeds[i], result_).Check();
      CheckTwice(i);
      CheckRoom(i);
    }
  }

  bool HasMistakeUnder(const std::string& section) const {
    return std::ranges::any_of(result_.mistakes, [&](const Mistake& mistake) {
      return mistake.key == section || mistake.key.starts_with(section + ".") ||
             mistake.key.starts_with(section + "[");
    });
  }

  void CheckTwice(size_t index) {
    const FeedOptions& feed = producer_.feeds[index];
    for (size_t i = 0; i < index && !feed.name.empty(); ++i) {
      if (!EqualIgnoringCase(producer_.feeds[i].name, feed.name)) continue;
      Add(result_.items[index] + ".name",
          fmt::format("'{}' is the name of the feed in line {}, too: each needs one of its own",
                      feed.name, LineOf(result_.items[i] + ".name")));
      return;
    }
  }

  // A record larger than the queue would wait for ever.
  void CheckRoom(size_t index) {
    const int64_t bytes = producer_.feeds[index].max_message_bytes;
    if (bytes * 2 <= producer_.kafka.queue_bytes) return;
    const std::string own = result_.items[index] + ".maxBytes";
    Add(IsSet(own) ? own : "defaults.maxBytes",
        fmt::format("{} bytes are more than half of sink.queue, {} bytes", bytes,
                    producer_.kafka.queue_bytes));
  }

  produce::ProducerOptions& producer_;
};

}  // namespace

void SettleProducer(const std::string& file, ProducerDraft& draft, ReadResult& result) {
  Settler(file, draft, result).Settle();
  SettleOutput(file, draft, result);
  draft.config.monitor = draft.monitor;
  draft.config.log = draft.log;
  draft.config.has_secrets = !result.secrets.empty() || !draft.monitor.token_file.empty();
  // A server may say back the key that another feed sends it.
  for (FeedOptions& feed : draft.config.producer.feeds)
    feed.secrets.assign(result.secrets.begin(), result.secrets.end());
}

}  // namespace sluice::config
