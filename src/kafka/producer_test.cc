// SPDX-License-Identifier: Apache-2.0
#include "kafka/producer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "kafka/testing/kafka_fixture.h"

namespace sluice::kafka {
namespace {

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
              HasSubstr("kafka.isolation.level is an option of consumers"));
}

}  // namespace
}  // namespace sluice::kafka
