// SPDX-License-Identifier: Apache-2.0
#include "kafka/stream_pool.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>

#include "kafka/mock_broker.h"

namespace sluice::kafka {
namespace {

TEST(ShareOfQueueTest, BytesAreSharedAmongPartitions) {
  EXPECT_EQ(ShareOfQueue(64 << 20, 4).kbytes, 16 << 10);
  EXPECT_EQ(ShareOfQueue(64 << 20, 0).kbytes, 64 << 10);
  EXPECT_EQ(ShareOfQueue(64 << 20, 10000).kbytes, 256);  // so much is needed to get on at all
}

TEST(ShareOfQueueTest, SmallRecordsAreLimitedByTheirNumber) {
  // A queued record costs half a kilobyte beside its bytes: at most half the share goes to that.
  EXPECT_EQ(ShareOfQueue(64 << 20, 4).messages, 16384);
  EXPECT_LE(ShareOfQueue(int64_t{16} << 30, 1).messages, 100000);
}

// Kilobytes that each partition of the client may have fetched ahead.
int64_t QueueKbytes(const Client& client) {
  char text[32] = {};
  size_t size = sizeof text;
  rd_kafka_conf_get(rd_kafka_conf(client.handle()), "queued.max.messages.kbytes", text, &size);
  return std::stoll(text);
}

class StreamPoolTest : public testing::Test {
 protected:
  StreamPoolTest() {
    pool_ = std::make_unique<StreamPool>(
        ClientSettings{{"bootstrap.servers", broker_->bootstrap_servers()}}, 64 << 20);
  }
  std::unique_ptr<PartitionStream> Take(int partition) {
    return std::move(pool_->Take({"t", PartitionId{partition}})).value();
  }

  std::unique_ptr<MockBroker> broker_ = std::move(MockBroker::Start()).value();
  std::unique_ptr<StreamPool> pool_;
};

TEST_F(StreamPoolTest, SharesAreCutAnewWhenPartitionsAreAdded) {
  pool_->ExpectPartitions(1);
  auto first = Take(0);
  const std::weak_ptr<Client> before = first->client();
  EXPECT_EQ(QueueKbytes(*first->client()), 64 << 10);
  pool_->Return(std::move(first));
  pool_->ExpectPartitions(64);
  auto again = Take(0);
  EXPECT_EQ(QueueKbytes(*again->client()), 1 << 10);
  EXPECT_EQ(again->client(), pool_->client());
  EXPECT_TRUE(before.expired()) << "its queues are gone with it";
}

TEST_F(StreamPoolTest, AStreamInUseKeepsItsClientAndIsNotUsedAgain) {
  pool_->ExpectPartitions(1);
  auto used = Take(0);
  const std::weak_ptr<Client> before = used->client();
  pool_->ExpectPartitions(64);
  auto added = Take(1);
  EXPECT_NE(added->client(), used->client());
  EXPECT_FALSE(before.expired());
  pool_->Return(std::move(used));
  EXPECT_TRUE(before.expired());
  EXPECT_EQ(Take(0)->client(), added->client());
}

TEST_F(StreamPoolTest, AClientThatHasFetchedAndFetchesNoMoreIsReplacedOnce) {
  auto used = Take(0);
  const std::shared_ptr<Client> stuck = used->client();
  pool_->Replace(*stuck);
  EXPECT_EQ(Take(1)->client(), stuck) << "it has not had the time to fetch";
  stuck->events().OnAnswer();
  pool_->Replace(*stuck);
  const auto next = Take(2)->client();
  EXPECT_NE(next, stuck);
  EXPECT_EQ(used->client(), stuck);
  pool_->Replace(*stuck);
  EXPECT_EQ(Take(3)->client(), next);
}

TEST_F(StreamPoolTest, OneMorePartitionOfManyChangesNothing) {
  pool_->ExpectPartitions(64);
  const auto client = Take(0)->client();
  for (const size_t count : {65, 70, 3}) {
    pool_->ExpectPartitions(count);
    EXPECT_EQ(Take(static_cast<int>(count))->client(), client);
  }
}

}  // namespace
}  // namespace sluice::kafka
