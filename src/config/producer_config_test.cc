// SPDX-License-Identifier: Apache-2.0
#include "config/producer_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "config/key_reference.h"
#include "config/producer_keys.h"
#include "core/testing/source_dir.h"

namespace sluice::config {
namespace {

using produce::FeedOptions;
using produce::MessageMode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// The shortest configuration that is right: lines 1 to 3, then `feed` as the keys of one feed, from line 4.
std::string File(const std::string& feed = "", const std::string& more = "") {
  return "sink: {kafka.bootstrap.servers: 'b:9092'}\n" + more +
         "feeds:\n  - name: city\n    url: https://feeds.example.org/vehicles.pb\n" + feed;
}

ProducerReport Load(const std::string& text,
                    const std::map<std::string, std::string>& environment = {}) {
  return ParseProducerConfig("producer.yaml", text, environment);
}

std::vector<std::string> Texts(const std::vector<Mistake>& mistakes) {
  std::vector<std::string> texts;
  for (const Mistake& mistake : mistakes) texts.push_back(mistake.ToString());
  return texts;
}

ProducerConfig Good(const std::string& text,
                    const std::map<std::string, std::string>& environment = {}) {
  ProducerReport report = Load(text, environment);
  EXPECT_THAT(Texts(report.mistakes), IsEmpty());
  return report.config.value_or(ProducerConfig{});
}

std::string Shown(const ProducerReport& report, const std::string& key) {
  for (const EffectiveValue& value : report.effective) {
    if (value.key == key) return value.value;
  }
  return "(not listed)";
}

TEST(ProducerConfig, TheShortestOneHasTheDefaults) {
  const ProducerConfig config = Good(File());
  ASSERT_THAT(config.producer.feeds, SizeIs(1));
  const FeedOptions& feed = config.producer.feeds[0];
  EXPECT_EQ(feed.name, "city");
  EXPECT_EQ(feed.url, "https://feeds.example.org/vehicles.pb");
  EXPECT_EQ(feed.interval, std::chrono::seconds(30));
  EXPECT_EQ(feed.mode, MessageMode::kFeed);
  EXPECT_EQ(config.producer.kafka.topic, "dev_topic");
  EXPECT_EQ(config.producer.kafka.client.at("bootstrap.servers"), "b:9092");
  EXPECT_FALSE(config.producer.kafka.create);
  EXPECT_EQ(config.monitor.listen, "127.0.0.1:4041");
  EXPECT_FALSE(config.has_secrets);
}

// What the table says is what the code does.
TEST(ProducerConfig, DocumentedDefaultsAreTheRealOnes) {
  std::string defaults = "defaults:\n";
  for (const KeySpec& key : ProducerKeys().keys) {
    if (key.section != "defaults" || key.default_text.empty() || key.name == "maxBytes") continue;
    defaults += "  " + key.name + ": " + key.default_text + "\n";
  }
  const FeedOptions written = Good(File("", defaults)).producer.feeds[0];
  const FeedOptions silent = Good(File()).producer.feeds[0];
  const auto facts = [](const FeedOptions& f) {
    return std::tuple(f.interval, f.jitter, f.connect_timeout, f.timeout, f.max_wire_bytes,
                      f.max_body_bytes, f.max_ratio, f.max_backoff, f.refused_retry,
                      f.full_fetch_every, f.frozen_after, f.future_after, f.accept_older_after,
                      f.mode, f.max_entities, f.int64_as_string, f.raw_extensions);
  };
  EXPECT_EQ(facts(written), facts(silent));
}

TEST(ProducerConfig, EveryKeyOfAFeedReachesItsOption) {
  const FeedOptions feed =
      Good(File("    interval: 20s\n    jitter: 2s\n    connectTimeout: 1s\n    timeout: 7s\n"
                "    headers: {X-Agency: A}\n    query: {format: pb}\n    maxBackoff: 1m\n"
                "    refusedRetry: 2m\n    fullFetchEvery: 3m\n    frozenAfter: 4m\n"
                "    futureAfter: 5s\n    acceptOlderAfter: 6m\n    maxWireBytes: 1 MiB\n"
                "    maxBodyBytes: 2 MiB\n    maxRatio: 50\n    mode: chunk\n    maxEntities: 7\n"
                "    maxBytes: 500 KB\n    int64AsString: false\n    rawExtensions: true\n"))
          .producer.feeds[0];
  using namespace std::chrono_literals;
  EXPECT_EQ(feed.interval, 20s);
  EXPECT_EQ(feed.jitter, 2s);
  EXPECT_EQ(feed.connect_timeout, 1s);
  EXPECT_EQ(feed.timeout, 7s);
  EXPECT_EQ(feed.headers[0].name, "X-Agency");
  EXPECT_EQ(feed.headers[0].value, "A");
  EXPECT_FALSE(feed.headers[0].secret);
  EXPECT_EQ(feed.query[0].value, "pb");
  EXPECT_EQ(feed.max_backoff, 1min);
  EXPECT_EQ(feed.refused_retry, 2min);
  EXPECT_EQ(feed.full_fetch_every, 3min);
  EXPECT_EQ(feed.frozen_after, 4min);
  EXPECT_EQ(feed.future_after, 5s);
  EXPECT_EQ(feed.accept_older_after, 6min);
  EXPECT_EQ(feed.max_wire_bytes, 1 << 20);
  EXPECT_EQ(feed.max_body_bytes, 2 << 20);
  EXPECT_EQ(feed.max_ratio, 50);
  EXPECT_EQ(feed.mode, MessageMode::kChunk);
  EXPECT_EQ(feed.max_entities, 7);
  EXPECT_EQ(feed.max_message_bytes, 500000);
  EXPECT_FALSE(feed.int64_as_string);
  EXPECT_TRUE(feed.raw_extensions);
}

TEST(ProducerConfig, DefaultsHoldWhereverTheyStand) {
  const std::string feeds =
      "feeds:\n  - {name: a, url: 'http://h/a'}\n  - {name: b, url: 'http://h/b', interval: 5s}\n";
  const std::string defaults = "defaults: {interval: 20s, mode: entity}\n";
  const std::string sink = "sink: {kafka.bootstrap.servers: b}\n";
  for (const std::string& text : {sink + defaults + feeds, feeds + sink + defaults}) {
    const auto list = Good(text).producer.feeds;
    EXPECT_EQ(list[0].interval, std::chrono::seconds(20));
    EXPECT_EQ(list[1].interval, std::chrono::seconds(5));
    EXPECT_EQ(list[1].mode, MessageMode::kEntity);
  }
}

TEST(ProducerConfig, FeedsMayBeAMapByName) {
  const auto feeds = Good(
                         "sink: {kafka.bootstrap.servers: b}\nfeeds:\n  a: {url: 'http://h/a'}\n"
                         "  b: {url: 'http://h/b', mode: entity}\n")
                         .producer.feeds;
  ASSERT_THAT(feeds, SizeIs(2));
  EXPECT_EQ(feeds[0].name, "a");
  EXPECT_EQ(feeds[1].name, "b");
  EXPECT_EQ(feeds[1].mode, MessageMode::kEntity);
}

TEST(ProducerConfig, HeadersOfAFeedComeOverThoseOfDefaults) {
  const auto feed = Good(File("    headers: {user-agent: mine, B: 2}\n",
                              "defaults: {headers: {User-Agent: all, A: 1}}\n"))
                        .producer.feeds[0];
  std::vector<std::string> headers;
  for (const auto& header : feed.headers) headers.push_back(header.name + "=" + header.value);
  EXPECT_THAT(headers, ElementsAre("A=1", "user-agent=mine", "B=2"));
}

TEST(ProducerConfig, TheTopicIsCreatedIfPartitionsSaySo) {
  const auto kafka = Good(
                         "sink: {kafka.bootstrap.servers: b, topic: t, partitions: 6, replication: "
                         "3, queue: 8 MiB}\n"
                         "feeds: [{name: a, replay: captures}]\n")
                         .producer.kafka;
  EXPECT_EQ(kafka.topic, "t");
  ASSERT_TRUE(kafka.create);
  EXPECT_EQ(kafka.create->partitions, 6);
  EXPECT_EQ(kafka.create->replication, 3);
  EXPECT_EQ(kafka.queue_bytes, 8 << 20);
}

struct MistakeCase {
  const char* name;
  std::string yaml;
  const char* message;
};
class OneProducerMistake : public ::testing::TestWithParam<MistakeCase> {};

TEST_P(OneProducerMistake, IsToldWithItsLine) {
  const ProducerReport report = Load(GetParam().yaml);
  EXPECT_THAT(Texts(report.mistakes), ElementsAre(HasSubstr(GetParam().message)));
  EXPECT_FALSE(report.config.has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Table, OneProducerMistake,
    ::testing::Values(
        MistakeCase{"unknown_key", File("    intervall: 5s\n"),
                    "producer.yaml:5: feeds.city.intervall: unknown key; did you mean interval?"},
        MistakeCase{"unknown_in_defaults", File("", "defaults: {tiemout: 5s}\n"),
                    "producer.yaml:2: defaults.tiemout: unknown key; did you mean timeout?"},
        MistakeCase{"name_in_defaults", File("", "defaults: {url: 'http://h/'}\n"),
                    "producer.yaml:2: defaults.url: unknown key here; url belongs under feeds:"},
        MistakeCase{"unknown_section", File("", "snik: {topic: t}\n"),
                    "producer.yaml:2: snik: unknown key; did you mean sink?"},
        MistakeCase{"job_section", File("", "source: {subscribe: t}\n"),
                    "producer.yaml:2: source: unknown key"},
        MistakeCase{"api_key", File("    apiKey: x\n"),
                    "feeds.city.apiKey: write it as a header or a query parameter"},
        MistakeCase{"no_duration", File("    interval: often\n"),
                    "producer.yaml:5: feeds.city.interval: expected a duration such as '1 second'"},
        MistakeCase{"no_mode", File("    mode: entitiy\n"),
                    "expected one of feed, entity, chunk, found 'entitiy'; did you mean entity?"},
        MistakeCase{"no_url", "sink: {kafka.bootstrap.servers: b}\nfeeds:\n  - name: city\n",
                    "producer.yaml:3: feeds.city.url: missing: the address of the feed"},
        MistakeCase{"no_name", "sink: {kafka.bootstrap.servers: b}\nfeeds:\n  - url: http://h/\n",
                    "producer.yaml:3: feeds[1].name: missing: every feed has a name"},
        MistakeCase{
            "bad_name",
            "sink: {kafka.bootstrap.servers: b}\nfeeds:\n  - {name: 'a|b', url: 'http://h/'}\n",
            "feeds.a|b.name: 'a|b' is no name of a feed: letters, digits and . _ - only"},
        MistakeCase{
            "two_of_a_name", File("  - {name: City, url: 'http://h/'}\n"),
            "producer.yaml:5: feeds.City.name: 'City' is the name of the feed in line 3, too"},
        MistakeCase{
            "two_of_the_same_name", File("  - {name: city, url: 'http://h/'}\n"),
            "producer.yaml:5: feeds[2].name: 'city' is the name of the feed in line 3, too"},
        MistakeCase{
            "two_in_a_map",
            "sink: {kafka.bootstrap.servers: b}\nfeeds:\n  a: {url: 'http://h/'}\n  a: {url: "
            "'http://h/'}\n",
            "producer.yaml:4: feeds.a: written twice; first in line 3"},
        MistakeCase{"no_feeds", "sink: {kafka.bootstrap.servers: b}\n",
                    "producer.yaml: feeds: missing: at least one feed"},
        MistakeCase{"empty_feeds", "sink: {kafka.bootstrap.servers: b}\nfeeds: []\n",
                    "feeds: missing: at least one feed"},
        MistakeCase{
            "feeds_word", "sink: {kafka.bootstrap.servers: b}\nfeeds: all\n",
            "producer.yaml:2: feeds: expected a list of maps, each with a name, or a map by name, "
            "found 'all'"},
        MistakeCase{"feed_word", "sink: {kafka.bootstrap.servers: b}\nfeeds: [all]\n",
                    "feeds[1]: expected a map with name, url, replay, interval"},
        MistakeCase{"both_places", File("    replay: captures\n"),
                    "producer.yaml:5: feeds.city.replay: contradicts url in line 4"},
        MistakeCase{
            "ftp", "sink: {kafka.bootstrap.servers: b}\nfeeds: [{name: a, url: 'ftp://h/a'}]\n",
            "feeds.a.url: expected an address beginning with http://, https:// or file:///"},
        MistakeCase{"no_servers", "feeds: [{name: a, url: 'http://h/a'}]\n",
                    "sink.kafka.bootstrap.servers: missing: addresses of Kafka brokers"},
        MistakeCase{"bare_servers",
                    "sink: {kafka.bootstrap.servers: b, bootstrap.servers: b}\n"
                    "feeds: [{name: a, url: 'http://h/a'}]\n",
                    "sink.bootstrap.servers: write it as kafka.bootstrap.servers"},
        MistakeCase{"nested_kafka",
                    "sink: {kafka.bootstrap.servers: b, kafka: {acks: all}}\n"
                    "feeds: [{name: a, url: 'http://h/a'}]\n",
                    "write the client's options in one word"},
        MistakeCase{
            "plain_password",
            "sink: {kafka.bootstrap.servers: b, kafka.sasl.password: hunter2}\n"
            "feeds: [{name: a, url: 'http://h/a'}]\n",
            "sink.kafka.sasl.password: a secret must not stand in this file: write ${NAME}"},
        MistakeCase{"jitter", File("    interval: 5s\n    jitter: 5s\n"),
                    "feeds.city.jitter: 5000 ms is not less than interval, 5000 ms"},
        MistakeCase{"connect_over_total", File("    connectTimeout: 40s\n"),
                    "connectTimeout: 40000 ms is more than timeout, 30000 ms"},
        MistakeCase{"no_interval", File("    interval: 0\n"), "interval: expected at least 10 ms"},
        MistakeCase{"replication_alone",
                    "sink: {kafka.bootstrap.servers: b, replication: 3}\n"
                    "feeds: [{name: a, url: 'http://h/a'}]\n",
                    "sink.replication: has no effect without partitions"},
        MistakeCase{"no_partitions",
                    "sink: {kafka.bootstrap.servers: b, partitions: 0}\n"
                    "feeds: [{name: a, url: 'http://h/a'}]\n",
                    "sink.partitions: expected a whole number from 1 to 10000, found '0'"},
        MistakeCase{"small_queue", File("    maxBytes: 40 MiB\n"),
                    "feeds.city.maxBytes: 41943040 bytes are more than half of sink.queue"},
        MistakeCase{"headers_word", File("    headers: x\n"),
                    "feeds.city.headers: expected a map of names and texts, found 'x'"},
        MistakeCase{"headers_nested", File("    headers: {a: {b: c}}\n"),
                    "feeds.city.headers.a: expected a text, found a map"},
        MistakeCase{"header_name", File("    headers: {'a b': c}\n"),
                    "'a b' is no name of a header"},
        MistakeCase{"our_header", File("    headers: {Accept-Encoding: br}\n"),
                    "Accept-Encoding is set by the producer itself"},
        MistakeCase{"header_break", File("    headers: {a: \"b\\nc: d\"}\n"),
                    "a: a line break or control character in the value"},
        MistakeCase{"undefined_key", File("    headers: {x-api-key: '${NOWHERE_KEY}'}\n"),
                    "feeds.city.headers.x-api-key: variable NOWHERE_KEY is not defined"},
        MistakeCase{"key_twice", File("    interval: 5s\n    interval: 6s\n"),
                    "feeds.city.interval: set twice"},
        MistakeCase{"bad_port", File("", "monitor: {listen: localhost}\n"),
                    "producer.yaml:2: monitor.listen: expected address:port"},
        MistakeCase{"not_a_map", "- a\n", "expected sections sink, defaults, feeds, found a list"},
        MistakeCase{"broken", "feeds: [\n", "broken YAML"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ProducerConfig, ReportsAllMistakesAtOnceInOrderOfLines) {
  const ProducerReport report = Load(
      "sink: {topik: t}\ndefaults: {interval: never}\nfeeds:\n  - {name: a, url: 'http://h/'}\n"
      "  - {name: a}\n  - {name: b, url: 'http://h/', mode: all}\n");
  EXPECT_THAT(
      Texts(report.mistakes),
      ElementsAre(HasSubstr("sink.kafka.bootstrap.servers: missing"),
                  HasSubstr("producer.yaml:1: sink.topik: unknown key; did you mean topic?"),
                  HasSubstr("producer.yaml:2: defaults.interval: expected a duration"),
                  HasSubstr("producer.yaml:5: feeds[2].url: missing"),
                  HasSubstr("producer.yaml:5: feeds[2].name: 'a' is the name"),
                  HasSubstr("producer.yaml:6: feeds.b.mode: expected one of")));
}

TEST(ProducerConfig, KeysOfSecretVariablesAreSecretAndNotWarnedOf) {
  const std::map<std::string, std::string> environment = {{"CITY_API_KEY", "s3cret-4711"}};
  const ProducerReport report = Load(File("    headers: {x-api-key: '${CITY_API_KEY}', Accept: "
                                          "a/b}\n    query: {app: '${CITY_API_KEY}'}\n"),
                                     environment);
  EXPECT_THAT(Texts(report.mistakes), IsEmpty());
  EXPECT_THAT(Texts(report.warnings), IsEmpty());
  ASSERT_TRUE(report.config);
  EXPECT_TRUE(report.config->has_secrets);
  const FeedOptions& feed = report.config->producer.feeds[0];
  EXPECT_EQ(feed.headers[0].value, "s3cret-4711");
  EXPECT_TRUE(feed.headers[0].secret);
  EXPECT_FALSE(feed.headers[1].secret);
  EXPECT_TRUE(feed.query[0].secret);
  EXPECT_EQ(Shown(report, "feeds.city.headers"), R"({"x-api-key":"****","Accept":"a/b"})");
  EXPECT_EQ(Shown(report, "feeds.city.query"), R"({"app":"****"})");
  for (const EffectiveValue& value : report.effective)
    EXPECT_THAT(value.value + value.origin, Not(HasSubstr("s3cret")));
}

TEST(ProducerConfig, KeysThatStandInTheFileAreWarnedOfAndNeverShown) {
  const ProducerReport report = Load(
      File("    headers: {Authorization: Bearer s3cret-4711}\n    query: {appID: '${PLAIN}'}\n",
           "PLAIN: plain-0815\n"));
  EXPECT_THAT(Texts(report.mistakes), IsEmpty());
  EXPECT_THAT(
      Texts(report.warnings),
      ElementsAre(AllOf(HasSubstr("producer.yaml:6: feeds.city.headers.Authorization: by its name "
                                  "this is a secret"),
                        Not(HasSubstr("4711"))),
                  HasSubstr("feeds.city.query.appID: by its name this is a secret")));
  EXPECT_TRUE(report.config->producer.feeds[0].headers[0].secret);
  for (const EffectiveValue& value : report.effective)
    EXPECT_THAT(value.value, AllOf(Not(HasSubstr("4711")), Not(HasSubstr("0815"))));
}

TEST(ProducerConfig, AKeyInAnUrlIsWarnedOfAndNotShown) {
  const ProducerReport report = Load(
      "sink: {kafka.bootstrap.servers: b}\nfeeds:\n"
      "  - {name: a, url: 'https://h/f?format=pb&key=abc'}\n"
      "  - {name: b, url: 'https://user:pw@h/f'}\n"
      "  - {name: c, url: 'https://h/f?key=${C_KEY}'}\n",
      {{"C_KEY", "s3cret-4711"}});
  EXPECT_THAT(Texts(report.warnings),
              ElementsAre(HasSubstr("producer.yaml:3: feeds.a.url: 'key' is a secret by its name"),
                          HasSubstr("producer.yaml:4: feeds.b.url: a password in an address"),
                          HasSubstr("producer.yaml:5: feeds.c.url: 'key' is a secret")));
  EXPECT_EQ(Shown(report, "feeds.a.url"), "https://h/f?format=pb&key=****");
  EXPECT_EQ(Shown(report, "feeds.b.url"), "https://****@h/f");
  EXPECT_EQ(Shown(report, "feeds.c.url"), "****");
  for (const FeedOptions& feed : report.config->producer.feeds)
    EXPECT_THAT(feed.secrets, ElementsAre("abc", "s3cret-4711", "user:pw"));
}

TEST(ProducerConfig, ASecretIsNoName) {
  const ProducerReport report =
      Load("sink: {kafka.bootstrap.servers: b}\nfeeds: [{name: '${X_KEY}', url: 'http://h/'}]\n",
           {{"X_KEY", "s3cret"}});
  EXPECT_THAT(Texts(report.mistakes),
              ElementsAre(AllOf(HasSubstr("feeds[1].name: a secret must not be"),
                                Not(HasSubstr("s3cret")))));
}

TEST(ProducerConfig, WhatHasNoEffectIsToldOf) {
  const ProducerReport report = Load(
      "sink: {kafka.bootstrap.servers: b}\nfeeds:\n"
      "  - {name: a, replay: captures, headers: {A: b}}\n"
      "  - {name: b, url: 'http://h/', mode: entity, maxEntities: 5}\n"
      "  - {name: c, url: 'http://h/', interval: 30}\n");
  EXPECT_THAT(Texts(report.mistakes), IsEmpty());
  EXPECT_THAT(
      Texts(report.warnings),
      ElementsAre(HasSubstr("feeds.a.headers: has no effect without an http: or https: url"),
                  HasSubstr("feeds.b.maxEntities: has no effect with mode: entity"),
                  HasSubstr("feeds.c.interval: is 30 ms: a plain number is milliseconds")));
}

TEST(ProducerConfig, VariablesAndOrigins) {
  const ProducerReport report = Load(
      "HOST: feeds.example.org\nsink: {kafka.bootstrap.servers: b}\n"
      "feeds: [{name: a, url: 'https://${HOST}/${PATH_OF_FEED:-vehicles.pb}'}]\n",
      {{"HOST", "other.example.org"}});
  ASSERT_TRUE(report.config);
  EXPECT_EQ(report.config->producer.feeds[0].url, "https://other.example.org/vehicles.pb");
  bool seen = false;
  for (const EffectiveValue& value : report.effective) {
    if (value.key != "feeds.a.url") continue;
    seen = true;
    EXPECT_EQ(value.origin, "producer.yaml:3 (HOST: environment, PATH_OF_FEED: default)");
  }
  EXPECT_TRUE(seen);
}

TEST(ProducerConfig, AKeyInCapitalsAtTheTopIsNoVariable) {
  const ProducerReport report = Load(
      "sink: {kafka.bootstrap.servers: b}\nWORKERS: 3\n"
      "FEEDS: [{name: a, url: 'https://h/f'}]\n");
  EXPECT_THAT(Texts(report.mistakes), IsEmpty());
  EXPECT_THAT(
      Texts(report.warnings),
      ElementsAre("producer.yaml:2: workers: 'WORKERS' is taken as workers, its usual spelling"));
  ASSERT_TRUE(report.config);
  EXPECT_EQ(report.config->producer.workers, 3);
  EXPECT_THAT(report.config->producer.feeds, SizeIs(1));
}

TEST(ProducerConfig, ChecksOfStagesStandAmongTheOthers) {
  std::vector<ProducerCheck> checks;
  checks.push_back({{"sink"}, [](const ProducerConfig& config) {
                      return std::vector<StageMistake>{
                          {"sink.kafka.bootstrap.servers",
                           "found " + config.producer.kafka.client.at("bootstrap.servers")}};
                    }});
  EXPECT_THAT(Texts(ParseProducerConfig("producer.yaml", File(), {}, checks).mistakes),
              ElementsAre("producer.yaml:1: sink.kafka.bootstrap.servers: found b:9092"));
}

TEST(ProducerConfig, AHundredFeeds) {
  std::string text = "sink: {kafka.bootstrap.servers: b}\nfeeds:\n";
  for (int i = 0; i < 100; ++i)
    text += "  feed" + std::to_string(i) + ": {url: 'http://h/" + std::to_string(i) + "'}\n";
  EXPECT_THAT(Good(text).producer.feeds, SizeIs(100));
}

std::string FileText(const std::string& path) {
  std::ifstream in(SourceDir() / path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ProducerKeyReference, CommittedSchemaIsCurrent) {
  EXPECT_TRUE(FileText("docs/sluice-producer.schema.json") == KeySchema(ProducerKeys()))
      << "sluice produce --schema > docs/sluice-producer.schema.json";
}

TEST(ProducerKeyReference, CommittedTablesAreCurrent) {
  EXPECT_TRUE(FileText("docs/producer.md").find(KeyMarkdown(ProducerKeys())) != std::string::npos)
      << "sluice produce --keys prints them";
}

TEST(ProducerKeys, NoKeyTwiceAndNoneAlsoRefused) {
  std::set<std::string> names;
  for (const KeySpec& key : ProducerKeys().keys)
    EXPECT_TRUE(names.insert(key.path()).second) << key.path();
  for (const RefusedKey& key : ProducerKeys().refused)
    EXPECT_TRUE(names.insert(key.section + "." + key.name).second) << key.name;
}

TEST(ShippedProducers, AreRight) {
  for (const char* name : {"dev", "prod"}) {
    const ProducerReport report =
        LoadProducerConfig(SourceDir() / ("config/producer_" + std::string(name) + ".yaml"),
                           {{"KAFKA_USERNAME", "u"},
                            {"KAFKA_PASSWORD", "p-w"},
                            {"CITY_API_KEY", "k-1"},
                            {"REGION_TOKEN", "t-1"},
                            {"SLUICE_MONITOR_TOKEN", "0123456789abcdef"}});
    EXPECT_THAT(Texts(report.mistakes), IsEmpty()) << name;
    EXPECT_THAT(Texts(report.warnings), IsEmpty()) << name;
    EXPECT_TRUE(report.config.has_value());
  }
}

TEST(IsProducerFile, TellsThemFromJobs) {
  EXPECT_TRUE(IsProducerFile(SourceDir() / "config/producer_dev.yaml"));
  EXPECT_FALSE(IsProducerFile(SourceDir() / "config/config_dev.yaml"));
  EXPECT_FALSE(IsProducerFile("/nonexistent"));
}

TEST(LoadProducerConfig, NamesAJobForWhatItIs) {
  const ProducerReport report = LoadProducerConfig(SourceDir() / "config/config_dev.yaml", {});
  EXPECT_THAT(Texts(report.mistakes), ElementsAre(HasSubstr("`sluice run` takes it")));
}

}  // namespace
}  // namespace sluice::config
