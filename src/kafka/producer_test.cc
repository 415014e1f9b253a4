// SPDX-License-Identifier: Apache-2.0
#include "kafka/producer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "kafka/testing/kafka_fixture.h"

namespace sluice::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ProducerTest, FullQueueWaitsAndNothingIsDropped) {
  KafkaFixture kafka;
  ASSERT_TRUE(kafka.broker->CreateTopic("t", 1).ok());
  auto producer = Producer::Open(
      {{"bootstrap.servers", kafka.broker->bootstrap_servers()}, {"buffer.memory", "20000"}});
  ASSERT_TRUE(producer.ok()) << producer.status().ToString();
  const std::string value(1000, 'x');
  for (int i = 0; i < 500; ++i) ASSERT_TRUE((*producer)->Send("t", 0, "", value).ok());
  ASSERT_TRUE((*producer)->Flush(std::chrono::seconds(30)).ok());
  EXPECT_EQ((*producer)->delivered(), 500);
  EXPECT_EQ((*producer)->failed(), 0);
}

TEST(ProducerTest, FlushNamesHowManyAreNotAcknowledged) {
  KafkaFixture kafka;
  ASSERT_TRUE(kafka.broker->CreateTopic("t", 1).ok());
  for (const int32_t id : {0, 1}) rd_kafka_mock_broker_set_down(kafka.broker->cluster(), id);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(kafka.producer->Send("t", 0, "k", "v").ok());
  const Status status = kafka.producer->Flush(std::chrono::milliseconds(50));
  EXPECT_EQ(status.code(), "KAFKA_NOT_ACKNOWLEDGED");
  EXPECT_THAT(status.message(), HasSubstr("3 records"));
  for (const int32_t id : {0, 1}) rd_kafka_mock_broker_set_up(kafka.broker->cluster(), id);
  EXPECT_TRUE(kafka.producer->Flush(std::chrono::seconds(30)).ok());
  EXPECT_EQ(kafka.producer->delivered(), 3);
}

TEST(ProducerTest, ConsumerOptionIsRefused) {
  const auto producer =
      Producer::Open({{"bootstrap.servers", "localhost:1"}, {"isolation.level", "read_committed"}});
  ASSERT_TRUE(producer.status().Is(ErrorKind::kExit));
  EXPECT_THAT(producer.status().message(),
              HasSubstr("kafka.isolation.level: is an option of consumers"));
}

std::unique_ptr<Producer> Open(ProducerSettings settings) {
  auto producer = Producer::Open(std::move(settings));
  EXPECT_TRUE(producer.ok()) << producer.status().ToString();
  return producer.ok() ? *std::move(producer) : nullptr;
}

ProducerSettings SettingsFor(const KafkaFixture& kafka) {
  ProducerSettings settings;
  settings.client = {{"bootstrap.servers", kafka.broker->bootstrap_servers()}};
  return settings;
}

// What was reported of each record, by tag.
struct Reports {
  std::mutex mutex;
  std::map<uintptr_t, DeliveryReport> by_tag;
  std::function<void(const DeliveryReport&)> sink() {
    return [this](const DeliveryReport& report) {
      const std::scoped_lock lock(mutex);
      by_tag[report.tag] = report;
    };
  }
};

TEST(ProducerTest, EachRecordIsReportedByItsTag) {
  KafkaFixture kafka;
  ASSERT_TRUE(kafka.broker->CreateTopic("t", 2).ok());
  Reports reports;
  ProducerSettings settings = SettingsFor(kafka);
  settings.on_delivery = reports.sink();
  const auto producer = Open(std::move(settings));
  ASSERT_TRUE(producer);
  const std::stop_token never;
  for (uintptr_t tag = 0; tag < 50; ++tag)
    ASSERT_TRUE(
        producer->Send({.topic = "t", .key = "key", .value = "value", .tag = tag}, never).ok());
  EXPECT_GT(producer->queued_records(), 0);
  ASSERT_TRUE(producer->Flush(std::chrono::seconds(30)).ok());
  EXPECT_EQ(producer->queued_records(), 0);
  EXPECT_EQ(producer->queued_bytes(), 0);
  ASSERT_EQ(reports.by_tag.size(), 50u);
  for (const auto& [tag, report] : reports.by_tag) {
    EXPECT_EQ(report.fate, DeliveryFate::kDelivered);
    EXPECT_EQ(report.bytes, 8);
  }
  EXPECT_TRUE(producer->health().ok());
}

TEST(ProducerTest, ARecordThatTheClientDoesNotTakeIsAReport) {
  KafkaFixture kafka;
  Reports reports;
  ProducerSettings settings = SettingsFor(kafka);
  settings.client["max.request.size"] = "2000";
  EXPECT_EQ(MaxRecordBytes(settings.client), 2000);
  settings.on_delivery = reports.sink();
  const auto producer = Open(std::move(settings));
  ASSERT_TRUE(producer);
  const std::string value(5000, 'x');
  ASSERT_TRUE(producer->Send({.topic = "t", .value = value, .tag = 7}, {}).ok());
  EXPECT_EQ(reports.by_tag[7].fate, DeliveryFate::kTooLarge);
  EXPECT_EQ(reports.by_tag[7].bytes, 5000);
  EXPECT_THAT(reports.by_tag[7].message, HasSubstr("MSG_SIZE_TOO_LARGE"));
  EXPECT_EQ(producer->queued_bytes(), 0);
}

TEST(ProducerTest, ARecordThatTheTopicDoesNotTakeIsAReport) {
  KafkaFixture kafka;
  ASSERT_TRUE(kafka.broker->CreateTopic("t", 1).ok());
  Reports reports;
  ProducerSettings settings = SettingsFor(kafka);
  settings.on_delivery = reports.sink();
  const auto producer = Open(std::move(settings));
  ASSERT_TRUE(producer);
  kafka.RefuseNextBatch(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  ASSERT_TRUE(producer->Send({.topic = "t", .value = "large", .tag = 1}, {}).ok());
  EXPECT_FALSE(producer->Flush(std::chrono::seconds(30)).ok());
  EXPECT_EQ(reports.by_tag[1].fate, DeliveryFate::kTooLarge);
  ASSERT_TRUE(producer->Send({.topic = "t", .value = "small", .tag = 2}, {}).ok());
  ASSERT_TRUE(producer->Flush(std::chrono::seconds(30)).ok());
  EXPECT_EQ(reports.by_tag[2].fate, DeliveryFate::kDelivered);
}

// As librdkafka takes a first batch for delivered that a partition's new leader has refused for ever.
TEST(ProducerTest, ADeliveryWithoutAnOffsetIsNotBelieved) {
  KafkaFixture kafka;
  ASSERT_TRUE(kafka.broker->CreateTopic("t", 1).ok());
  Reports reports;
  ProducerSettings settings = SettingsFor(kafka);
  settings.on_delivery = reports.sink();
  const auto producer = Open(std::move(settings));
  ASSERT_TRUE(producer);
  kafka.RefuseNextBatch(RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER);
  ASSERT_TRUE(producer->Send({.topic = "t", .key = "k", .value = "v", .tag = 1}, {}).ok());
  EXPECT_FALSE(producer->Flush(std::chrono::seconds(30)).ok());
  EXPECT_EQ(reports.by_tag[1].fate, DeliveryFate::kFailed);
  EXPECT_THAT(reports.by_tag[1].message, HasSubstr("DUPLICATE_SEQUENCE_NUMBER"));
  EXPECT_EQ(producer->delivered(), 0);
  ASSERT_TRUE(producer->Send({.topic = "t", .key = "k", .value = "v", .tag = 2}, {}).ok());
  ASSERT_TRUE(producer->Flush(std::chrono::seconds(30)).ok());
  EXPECT_EQ(reports.by_tag[2].fate, DeliveryFate::kDelivered);
}

// A leader that does not serve its partition yet refuses the first batch. Were a second one on its way, it
// might be taken, and the first be behind it for ever.
TEST(ProducerTest, NoBatchOvertakesOneThatIsRefused) {
  KafkaFixture kafka;
  ASSERT_TRUE(kafka.broker->CreateTopic("t", 1).ok());
  constexpr int32_t kLeader = 1;
  rd_kafka_mock_partition_set_leader(kafka.broker->cluster(), "t", 0, kLeader);
  rd_kafka_mock_broker_push_request_error_rtts(kafka.broker->cluster(), kLeader, 0 /* Produce */, 1,
                                               RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 2000);
  const auto producer = Open(SettingsFor(kafka));
  ASSERT_TRUE(producer);
  ASSERT_TRUE(producer->Send({.topic = "t", .partition = 0, .value = "first"}, {}).ok());
  std::this_thread::sleep_for(std::chrono::milliseconds(800));  // it waits for its answer
  ASSERT_TRUE(producer->Send({.topic = "t", .partition = 0, .value = "second"}, {}).ok());
  ASSERT_TRUE(producer->Flush(std::chrono::seconds(30)).ok());
  const auto reader = kafka.Open(kafka.Options("t"))->NewReader();
  EXPECT_THAT(ReadRanges(*reader, {Range("t", 0, 0, 2)}).values, ElementsAre("first", "second"));
}

TEST(ProducerTest, AClientThatGaveItselfUpIsKnown) {
  KafkaFixture kafka;
  ASSERT_TRUE(kafka.broker->CreateTopic("t", 1).ok());
  const auto producer = Open(SettingsFor(kafka));
  ASSERT_TRUE(producer);
  EXPECT_TRUE(producer->health().ok());
  kafka.ForgetSequences();
  ASSERT_TRUE(producer->Send({.topic = "t", .key = "k", .value = "v"}, {}).ok());
  EXPECT_FALSE(producer->Flush(std::chrono::seconds(30)).ok());
  EXPECT_EQ(producer->health().code(), "KAFKA_CLIENT_DEAD");
  EXPECT_FALSE(producer->Send({.topic = "t", .key = "k", .value = "v"}, {}).ok());
}

TEST(ProducerTest, AFullQueueWaitsUntilItIsGivenUp) {
  KafkaFixture kafka;
  ASSERT_TRUE(kafka.broker->CreateTopic("t", 1).ok());
  for (const int32_t id : {0, 1}) rd_kafka_mock_broker_set_down(kafka.broker->cluster(), id);
  ProducerSettings settings = SettingsFor(kafka);
  settings.queue_bytes = 20'480;
  settings.keep_trying = true;
  const auto producer = Open(std::move(settings));
  ASSERT_TRUE(producer);
  const std::string value(1000, 'x');
  std::stop_source give_up;
  std::atomic<int> sent{0};
  std::jthread sender([&] {
    while (producer->Send({.topic = "t", .value = value}, give_up.get_token()).ok()) ++sent;
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (producer->waited().count() == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_GT(producer->waited().count(), 0);
  EXPECT_LE(producer->queued_bytes(), 20'480);
  give_up.request_stop();
  sender.join();
  const int queued = sent;
  EXPECT_EQ(producer->queued_records(), queued);
  for (const int32_t id : {0, 1}) rd_kafka_mock_broker_set_up(kafka.broker->cluster(), id);
  ASSERT_TRUE(producer->Flush(std::chrono::seconds(30)).ok());
  EXPECT_EQ(producer->delivered(), queued);
}

TEST(ProducerTest, CountsThePartitionsOfATopic) {
  KafkaFixture kafka;
  ASSERT_TRUE(kafka.broker->CreateTopic("t", 5).ok());
  const auto partitions = kafka.producer->CountPartitions("t", {});
  ASSERT_TRUE(partitions.ok()) << partitions.status().ToString();
  EXPECT_EQ(*partitions, 5);
}

TEST(ProducerTest, OptionsOfAProducerAreChecked) {
  const ClientOptionNotes notes = CheckProducerOptions(
      {{"bootstrap.servers", "b:1"}, {"linger.ms", "soon"}, {"max.block.ms", "5"}, {"acks", "1"}});
  EXPECT_EQ(notes.problems.size(), 2u);
  EXPECT_EQ(notes.warnings.size(), 1u);
  EXPECT_EQ(MaxRecordBytes({{"bootstrap.servers", "b:1"}}), 1'000'000);
}

}  // namespace
}  // namespace sluice::kafka
