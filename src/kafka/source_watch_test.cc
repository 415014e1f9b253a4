// SPDX-License-Identifier: Apache-2.0
#include "kafka/source_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "kafka/testing/kafka_fixture.h"

namespace sluice::kafka {
namespace {

using ::testing::ElementsAre;

const std::stop_token kNever;

class SourceWatchTest : public ::testing::Test {
 protected:
  void Create(const std::string& topic, int partitions) {
    rd_kafka_mock_topic_create(kafka_.broker->cluster(), topic.c_str(), partitions, 1);
  }
  KafkaFixture kafka_;
};

TEST_F(SourceWatchTest, SeesTopicsAndTheirEnds) {
  Create("t", 2);
  kafka_.Send("t", 1, 0, 7);
  const auto watch = OpenSourceWatch(kafka_.Options("t")).value();
  const auto view = watch->Look(kNever);
  ASSERT_TRUE(view.ok()) << view.status().message();
  EXPECT_TRUE(view->topics.at("t"));
  EXPECT_EQ(view->latest,
            (OffsetMap{{{"t", PartitionId{0}}, Offset{0}}, {{"t", PartitionId{1}}, Offset{7}}}));
}

TEST_F(SourceWatchTest, ATopicThatMayNotBeSeenHidesNoOther) {
  Create("mine", 1);
  Create("yours", 1);
  SourceOptions options = kafka_.Options("mine");
  options.subscription = Subscribe{{"mine", "yours", "none"}};
  rd_kafka_mock_topic_set_error(kafka_.broker->cluster(), "yours",
                                RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  rd_kafka_mock_topic_set_error(kafka_.broker->cluster(), "none",
                                RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const auto watch = OpenSourceWatch(options).value();
  const auto view = watch->Look(kNever);
  ASSERT_TRUE(view.ok()) << view.status().message();
  EXPECT_TRUE(view->topics.at("mine"));
  EXPECT_FALSE(view->topics.at("yours"));
  EXPECT_FALSE(view->topics.at("none"));
  EXPECT_EQ(view->latest.size(), 1U);
}

TEST_F(SourceWatchTest, OfAssignedPartitionsOnlyThose) {
  Create("t", 3);
  SourceOptions options = kafka_.Options("t");
  options.subscription = Assign{{{"t", PartitionId{2}}}};
  const auto view = OpenSourceWatch(options).value()->Look(kNever);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->latest, (OffsetMap{{{"t", PartitionId{2}}, Offset{0}}}));
}

TEST(SubscribedNames, AreTopicsOrThePattern) {
  SourceOptions options;
  options.subscription = Subscribe{{"b", "a", "b"}};
  EXPECT_THAT(SubscribedNames(options), ElementsAre("a", "b"));
  options.subscription = Assign{{{"t", PartitionId{0}}, {"t", PartitionId{1}}}};
  EXPECT_THAT(SubscribedNames(options), ElementsAre("t"));
  options.subscription = SubscribePattern{"fleet-.*"};
  EXPECT_THAT(SubscribedNames(options), ElementsAre("fleet-.*"));
}

}  // namespace
}  // namespace sluice::kafka
