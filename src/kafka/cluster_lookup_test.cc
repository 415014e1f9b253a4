// SPDX-License-Identifier: Apache-2.0
#include "kafka/cluster_lookup.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kafka/testing/kafka_fixture.h"

namespace sluice::kafka {
namespace {

using std::chrono::milliseconds;

class ClusterLookupTest : public ::testing::TestWithParam<Client::Role> {};

TEST_P(ClusterLookupTest, TellsBrokersAndTopics) {
  KafkaFixture kafka;
  ASSERT_TRUE(kafka.broker->CreateTopic("t", 2).ok());
  const auto lookup = OpenClusterLookup({{"bootstrap.servers", kafka.broker->bootstrap_servers()}},
                                        GetParam(), milliseconds(5000));
  ASSERT_TRUE(lookup.ok()) << lookup.status().ToString();
  const auto cluster = (*lookup)->Cluster({});
  ASSERT_TRUE(cluster.ok()) << cluster.status().ToString();
  EXPECT_TRUE(std::ranges::find(cluster->brokers, kafka.broker->bootstrap_servers()) !=
              cluster->brokers.end());
  EXPECT_TRUE(std::ranges::find(cluster->topics, "t") != cluster->topics.end());
}

TEST_P(ClusterLookupTest, AWrongOptionIsRefusedAndADeadBrokerGivenUp) {
  EXPECT_EQ(OpenClusterLookup({{"bootstrap.servers", "b:1"}, {"security.protocol", "SMOKE"}},
                              GetParam(), milliseconds(5000))
                .status()
                .kind(),
            ErrorKind::kExit);
  const auto lookup =
      OpenClusterLookup({{"bootstrap.servers", "127.0.0.1:1"}}, GetParam(), milliseconds(3000));
  ASSERT_TRUE(lookup.ok());
  EXPECT_EQ((*lookup)->Cluster({}).status().code(), "KAFKA_UNREACHABLE");
}

TEST(ProducersLookupTest, TakesAPauseThatIsLongerThanOurLongest) {
  const auto lookup =
      OpenClusterLookup({{"bootstrap.servers", "127.0.0.1:1"}, {"reconnect.backoff.ms", "2000"}},
                        Client::Role::kProducer, milliseconds(3000));
  EXPECT_TRUE(lookup.ok()) << lookup.status().ToString();
}

INSTANTIATE_TEST_SUITE_P(Roles, ClusterLookupTest,
                         ::testing::Values(Client::Role::kConsumer, Client::Role::kProducer));

}  // namespace
}  // namespace sluice::kafka
