// SPDX-License-Identifier: Apache-2.0
#include "produce/kafka_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/testing/manual_clock.h"
#include "kafka/testing/kafka_fixture.h"

namespace sluice::produce {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

// What the sink tells.
struct Told {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Delivery> deliveries;
  std::vector<Status> kafka;
  std::vector<std::string> warnings;

  SinkListener listener() {
    return {[this](const Delivery& delivery) { Add(deliveries, delivery); },
            [this](const Status& status) { Add(kafka, status); },
            [this](const std::string&, const std::string& message) { Add(warnings, message); }};
  }
  template <typename T>
  void Add(std::vector<T>& list, const T& value) {
    {
      const std::scoped_lock lock(mutex);
      list.push_back(value);
    }
    changed.notify_all();
  }
  template <typename T>
  bool WaitFor(std::vector<T>& list, size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, seconds(30), [&] { return list.size() >= count; });
  }
  bool WaitForWarning(const std::string& words) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, seconds(30), [&] {
      return std::any_of(warnings.begin(), warnings.end(), [&](const std::string& warning) {
        return warning.find(words) != std::string::npos;
      });
    });
  }
};

// To a topic "t" of two partitions, which it makes.
KafkaOptions OptionsFor(kafka::KafkaFixture& kafka) {
  EXPECT_TRUE(kafka.broker->CreateTopic("t", 2).ok());
  KafkaOptions options;
  options.client["bootstrap.servers"] = kafka.broker->bootstrap_servers();
  options.topic = "t";
  return options;
}

// None when a sink could not be made ready.
std::unique_ptr<RecordSink> PreparedSink(const KafkaOptions& options, Told& told) {
  auto sink = MakeKafkaSink(options, told.listener(), SystemClock());
  EXPECT_TRUE(sink.ok()) << sink.status().ToString();
  if (!sink.ok()) return nullptr;
  const Status prepared = (*sink)->Prepare({});
  EXPECT_TRUE(prepared.ok()) << prepared.ToString();
  return prepared.ok() ? std::move(*sink) : nullptr;
}

TEST(KafkaSink, DeliversAndReportsByFeed) {
  kafka::KafkaFixture kafka;
  Told told;
  const auto sink = PreparedSink(OptionsFor(kafka), told);
  ASSERT_TRUE(sink);
  ASSERT_EQ(told.kafka.size(), 1u);
  EXPECT_TRUE(told.kafka[0].ok());
  for (size_t feed = 0; feed < 3; ++feed) ASSERT_TRUE(sink->Send(feed, "k", "value", {}).ok());
  // Reports come without anybody asking for them.
  ASSERT_TRUE(told.WaitFor(told.deliveries, 3));
  for (const Delivery& delivery : told.deliveries) {
    EXPECT_EQ(delivery.result, DeliveryResult::kDelivered);
    EXPECT_EQ(delivery.bytes, 6);
  }
  EXPECT_TRUE(sink->Flush(seconds(30)).ok());
  EXPECT_EQ(sink->stats().queued_records, 0);
  EXPECT_EQ(sink->stats().limit_bytes, 64 << 20);
}

TEST(KafkaSink, AClientThatGaveItselfUpIsReplaced) {
  kafka::KafkaFixture kafka;
  Told told;
  const auto sink = PreparedSink(OptionsFor(kafka), told);
  ASSERT_TRUE(sink);
  kafka.ForgetSequences();
  ASSERT_TRUE(sink->Send(0, "k", "value", {}).ok());
  ASSERT_TRUE(told.WaitFor(told.deliveries, 1));
  EXPECT_EQ(told.deliveries.at(0).result, DeliveryResult::kFailed);
  // The dead client tells of its death, too.
  ASSERT_TRUE(told.WaitForWarning("Another one was begun"));
  ASSERT_TRUE(sink->Send(0, "k", "value", {}).ok());
  ASSERT_TRUE(told.WaitFor(told.deliveries, 2));
  EXPECT_EQ(told.deliveries.at(1).result, DeliveryResult::kDelivered);
}

TEST(KafkaSink, ATopicWithOtherPartitionsIsLeftAndToldOf) {
  kafka::KafkaFixture kafka;
  Told told;
  KafkaOptions options = OptionsFor(kafka);
  options.create = TopicCreation{6, 1};
  const auto sink = PreparedSink(options, told);
  ASSERT_TRUE(sink);
  ASSERT_EQ(told.warnings.size(), 1u);
  EXPECT_THAT(told.warnings[0],
              HasSubstr("topic 't' has 2 partitions, not the 6 of sink.partitions"));
}

TEST(KafkaSink, WaitsForABrokerUntilItIsStopped) {
  Told told;
  KafkaOptions options;
  options.client["bootstrap.servers"] = "127.0.0.1:1";
  auto sink = MakeKafkaSink(options, told.listener(), SystemClock());
  ASSERT_TRUE(sink.ok());
  std::stop_source stop;
  Status status;
  std::jthread preparing([&] { status = (*sink)->Prepare(stop.get_token()); });
  ASSERT_TRUE(told.WaitFor(told.kafka, 1));
  EXPECT_EQ(told.kafka[0].code(), "KAFKA_UNREACHABLE");
  stop.request_stop();
  preparing.join();
  EXPECT_TRUE(status.Is(ErrorKind::kCancelled));
}

TEST(KafkaSink, OptionsThatTheClientRefusesAreAnError) {
  KafkaOptions options;
  options.client = {{"bootstrap.servers", "b:1"}, {"linger.ms", "soon"}};
  const auto sink = MakeKafkaSink(options, Told().listener(), SystemClock());
  ASSERT_TRUE(sink.status().Is(ErrorKind::kExit));
  EXPECT_THAT(sink.status().message(), HasSubstr("linger.ms"));
}

TEST(UsualMessageBytes, LeavesRoomAndFitsTheQueue) {
  KafkaOptions options;
  options.client = {{"bootstrap.servers", "b:1"}};
  EXPECT_EQ(UsualMessageBytes(options, 0), 900'000);
  EXPECT_EQ(UsualMessageBytes(options, 1'048'588), 900'000);
  EXPECT_EQ(UsualMessageBytes(options, 60'000), 54'000);
  options.client["max.request.size"] = "10000000";
  EXPECT_EQ(UsualMessageBytes(options, 0), 9'000'000);
  options.queue_bytes = 4 << 20;
  EXPECT_EQ(UsualMessageBytes(options, 0), 2 << 20);
}

}  // namespace
}  // namespace sluice::produce
