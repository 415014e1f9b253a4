// SPDX-License-Identifier: Apache-2.0
#include "doctor/examine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "doctor/testing/finding_matchers.h"
#include "kafka/mock_broker.h"
#include "kafka/producer.h"

namespace sluice::doctor {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

// Nothing listens at these.
const MonitoringPlaces kNowhere = {"http://127.0.0.1:1", "http://127.0.0.1:2", "/no/such/file",
                                   false};
const Schema kColumns = {{{"id", DataType(TypeKind::kLong)}}};

class ExamineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("sluice-examine-" + std::to_string(::getpid()));
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  config::JobConfig Job(const std::string& servers) const {
    config::JobConfig job;
    job.file = (root_ / "config.yaml").string();
    job.query.name = "q";
    job.query.table_path = (root_ / "table").string();
    job.query.checkpoint_location = (root_ / "checkpoint").string();
    job.source.client = {{"bootstrap.servers", servers}};
    job.source.subscription = kafka::Subscribe{{"events"}};
    job.monitor.listen = "127.0.0.1:0";
    return job;
  }

  static std::map<std::string, Finding> ByName(const Findings& findings) {
    std::map<std::string, Finding> all;
    for (const Finding& finding : findings) all[finding.name] = finding;
    return all;
  }

  fs::path root_;
};

TEST_F(ExamineTest, WithEverythingDeadItEndsSoonAndTellsWhy) {
  const auto begin = steady_clock::now();
  auto found = ByName(ExamineJob(Job("127.0.0.1:1"), kColumns, kNowhere));
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_THAT(found["broker"], Fails("127.0.0.1:1: connection refused", "start the broker"));
  for (const char* name : {"topic", "rights", "clock", "offsets"})
    EXPECT_THAT(found[name], SkippedFor("because no broker can be asked")) << name;
  EXPECT_THAT(found["checkpoint"], IsOk("a new query"));
  EXPECT_THAT(found["table"], IsOk("the first batch makes it"));
  EXPECT_THAT(found["monitor port"], IsOk("is free"));
  EXPECT_THAT(found["prometheus"],
              Warns("Prometheus is not at http://127.0.0.1:1", "--prometheus"));
  EXPECT_THAT(found["alert rules"], SkippedFor("Prometheus is not at"));
  EXPECT_THAT(found["alertmanager"], Warns("Alertmanager is not at", "--alertmanager"));
  EXPECT_THAT(found["slack webhook"], Warns("/no/such/file", "--slack-webhook-file"));
  EXPECT_TRUE(fs::is_empty(root_));  // nothing was made
}

TEST_F(ExamineTest, AJobBesideABroker) {
  auto broker = kafka::MockBroker::Start();
  ASSERT_TRUE(broker.ok());
  ASSERT_TRUE((*broker)->CreateTopic("events", 2).ok());
  const auto job = Job((*broker)->bootstrap_servers());
  auto producer = kafka::Producer::Open(job.source.client);
  ASSERT_TRUE(producer.ok());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE((*producer)->Send("events", i % 2, "k", "value").ok());
  ASSERT_TRUE((*producer)->Flush(std::chrono::seconds(10)).ok());
  auto found = ByName(ExamineJob(job, kColumns, kNowhere));
  EXPECT_THAT(found["broker"], IsOk("2 brokers"));
  EXPECT_THAT(
      found["topic"],
      IsOk("events: 2 partitions, 5 records, oldest 0 s, newest 0 s old; newest has 5 bytes"));
  EXPECT_THAT(found["rights"], IsOk("read: all done"));
  EXPECT_THAT(found["offsets"], IsOk("a new query"));
  EXPECT_THAT(found["clock"], IsOk("0 s old"));
  EXPECT_TRUE(fs::is_empty(root_));
}

TEST_F(ExamineTest, AMissingTopicIsNotMade) {
  auto broker = kafka::MockBroker::Start();
  ASSERT_TRUE(broker.ok());
  ASSERT_TRUE((*broker)->CreateTopic("event", 1).ok());
  const auto job = Job((*broker)->bootstrap_servers());
  for (int i = 0; i < 2; ++i) {
    auto found = ByName(ExamineJob(job, kColumns, kNowhere));
    EXPECT_THAT(found["topic"], Fails("events is not there; near it is event", "source.subscribe"));
    EXPECT_THAT(found["rights"], SkippedFor("the topic is not there"));
  }
}

TEST_F(ExamineTest, AProducerBesideNothing) {
  config::ProducerConfig config;
  config.file = (root_ / "producer.yaml").string();
  config.monitor.listen = "127.0.0.1:0";
  config.producer.kafka.client = {{"bootstrap.servers", "127.0.0.1:1"}};
  produce::FeedOptions feed;
  feed.name = "city";
  feed.url = "http://127.0.0.1:2/planted-key-4711/v.pb";
  feed.secrets = {"planted-key-4711"};
  config.producer.feeds = {feed};
  const Findings findings = ExamineProducer(config, kNowhere);
  auto found = ByName(findings);
  EXPECT_THAT(found["feed city"], Fails("http://127.0.0.1:2/***/v.pb", "check the address"));
  EXPECT_THAT(found["broker"], Fails("connection refused", "start"));
  EXPECT_THAT(found["topic"], SkippedFor("no broker"));
  for (const Finding& finding : findings)
    EXPECT_EQ((finding.seen + finding.remedy).find("planted-key"), std::string::npos)
        << finding.seen;
}

TEST(RedactTest, SecretsAndControlCharactersGo) {
  Findings findings = {Fail("broker", "bad password hunter22 \x1b[2J", "use hunter22\n")};
  Redact(&findings, {"hunter22"});
  EXPECT_EQ(findings[0].seen, "bad password *** ?[2J");
  EXPECT_EQ(findings[0].remedy, "use ***");
}

}  // namespace
}  // namespace sluice::doctor
