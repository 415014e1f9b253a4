// SPDX-License-Identifier: Apache-2.0
//
// The whole of it over real HTTP and the in-process broker.
#include "produce/feed_producer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "http/server.h"
#include "kafka/testing/kafka_fixture.h"
#include "produce/testing/feed_bytes.h"

namespace sluice::produce {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Told : ProducerListener {
  std::mutex mutex;
  std::vector<PollReport> polls;
  std::vector<Delivery> deliveries;
  void OnPoll(const PollReport& report) override {
    const std::scoped_lock lock(mutex);
    polls.push_back(report);
  }
  void OnDelivery(const Delivery& delivery) override {
    const std::scoped_lock lock(mutex);
    deliveries.push_back(delivery);
  }
  size_t Count(size_t feed, PollResult result) {
    const std::scoped_lock lock(mutex);
    size_t count = 0;
    for (const PollReport& report : polls) count += report.feed == feed && report.result == result;
    return count;
  }
};

bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

class FeedProducerTest : public ::testing::Test {
 protected:
  FeedProducerTest() {
    EXPECT_TRUE(kafka_.broker->CreateTopic("t", 1).ok());
    options_.kafka.client = {{"bootstrap.servers", kafka_.broker->bootstrap_servers()},
                             {"linger.ms", "1"}};
    options_.kafka.topic = "t";
    http::ServerOptions options;
    options.listen = "127.0.0.1:0";
    auto server = http::Server::Start(
        options, [this](const http::ServerRequest& request) { return Serve(request); });
    EXPECT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(server).value();
  }

  http::ServerResponse Serve(const http::ServerRequest& request) {
    const std::scoped_lock lock(mutex_);
    const int n = ++served_[request.path];
    if (request.path == "/good.pb")
      return {.body = FeedBytes(SystemClock().NowMs() / 1000, {"a" + std::to_string(n)})};
    if (request.path == "/hung.pb") return {.delay = milliseconds::max()};
    if (request.path == "/html.pb") return {.body = "<html><title>Oops</title></html>"};
    return {.status = 404};
  }

  void AddFeed(const std::string& name, const std::string& path) {
    FeedOptions feed;
    feed.name = name;
    feed.url = "http://" + server_->address() + path;
    feed.interval = milliseconds(50);
    feed.mode = MessageMode::kEntity;
    options_.feeds.push_back(feed);
  }

  // Runs until `condition`; gives the seconds that stopping took.
  double RunUntil(const std::function<bool()>& condition) {
    auto producer = FeedProducer::Make(options_, told_, SystemClock());
    EXPECT_TRUE(producer.ok()) << producer.status().ToString();
    if (!producer.ok()) return 0;
    std::stop_source stop;
    std::jthread running([&] { status_ = (*producer)->Run(stop.get_token()); });
    EXPECT_TRUE(Eventually(condition));
    const auto begun = std::chrono::steady_clock::now();
    stop.request_stop();
    running.join();
    producer->reset();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  }

  std::vector<std::string> Values() {
    auto source = kafka_.Open(kafka_.Options("t"));
    const auto start = source->StartingOffsets({});
    EXPECT_TRUE(start.ok());
    const auto end = source->LatestOffsets(*start, {});
    EXPECT_TRUE(end.ok());
    auto reader = source->NewReader();
    return kafka::ReadRanges(*reader, RangesBetween(*start, *end)).values;
  }

  kafka::KafkaFixture kafka_;
  std::mutex mutex_;
  std::map<std::string, int> served_;  // GUARDED_BY(mutex_)
  std::unique_ptr<http::Server> server_;
  ProducerOptions options_;
  Told told_;
  Status status_;
};

TEST_F(FeedProducerTest, WhatWasServedIsWhatKafkaHolds) {
  AddFeed("good", "/good.pb");
  RunUntil([&] { return told_.Count(0, PollResult::kPublished) >= 5; });
  EXPECT_TRUE(status_.ok()) << status_.ToString();
  const auto published = told_.Count(0, PollResult::kPublished);
  const std::vector<std::string> values = Values();
  EXPECT_EQ(values.size(), published);
  EXPECT_EQ(told_.deliveries.size(), published);
  EXPECT_THAT(values,
              Each(AllOf(HasSubstr(R"("source":"good")"), HasSubstr(R"("vehicle":{"id":"a)"))));
}

TEST_F(FeedProducerTest, BadFeedsDelayNoGoodOne) {
  AddFeed("hung", "/hung.pb");
  AddFeed("html", "/html.pb");
  AddFeed("gone", "/gone.pb");
  AddFeed("good", "/good.pb");
  const auto begun = std::chrono::steady_clock::now();
  RunUntil([&] { return told_.Count(3, PollResult::kPublished) >= 10; });
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(20));
  EXPECT_TRUE(status_.ok()) << status_.ToString();
  EXPECT_GE(told_.Count(1, PollResult::kNotAFeed), 1u);
  EXPECT_EQ(told_.Count(2, PollResult::kRefused),
            1u);  // asked again in half a minute at the earliest
  EXPECT_EQ(told_.Count(0, PollResult::kPublished), 0u);
}

TEST_F(FeedProducerTest, StopsAtOnceThoughAServerHangs) {
  AddFeed("hung", "/hung.pb");
  const double seconds = RunUntil([&] {
    const std::scoped_lock lock(mutex_);
    return served_["/hung.pb"] > 0;
  });
  EXPECT_TRUE(status_.ok()) << status_.ToString();
  EXPECT_LT(seconds, 3);
}

TEST_F(FeedProducerTest, KeysAreInNoReportAndInNoRecord) {
  AddFeed("good", "/good.pb");
  AddFeed("gone", "/gone.pb");
  for (FeedOptions& feed : options_.feeds) {
    feed.headers = {{"x-api-key", "planted-key-1", true}};
    feed.query = {{"token", "planted-key-2", true}};
  }
  RunUntil([&] {
    return told_.Count(0, PollResult::kPublished) >= 2 && told_.Count(1, PollResult::kRefused) >= 1;
  });
  EXPECT_THAT(Values(), Each(Not(HasSubstr("planted"))));
  for (const PollReport& report : told_.polls)
    EXPECT_THAT(report.message, Not(HasSubstr("planted")));
}

TEST_F(FeedProducerTest, AReplayEndsWhenKafkaHasItAll) {
  const fs::path directory = fs::path(::testing::TempDir()) / "feed-producer-replay";
  fs::remove_all(directory);
  fs::create_directories(directory);
  for (int i = 0; i < 5; ++i) {
    std::ofstream(directory / ("city-20240101-00000" + std::to_string(i) + ".pb"))
        << FeedBytes(1704067200 + i, {"v" + std::to_string(i)});
  }
  FeedOptions feed;
  feed.name = "city";
  feed.replay = directory.string();
  options_.feeds = {feed};
  options_.replay_speed = 1000;
  auto producer = FeedProducer::Make(options_, told_, SystemClock());
  ASSERT_TRUE(producer.ok()) << producer.status().ToString();
  const Status status = (*producer)->Run({});
  EXPECT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(told_.Count(0, PollResult::kPublished), 5u);
  for (const PollReport& report : told_.polls) EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_EQ(Values().size(), 5u);
  fs::remove_all(directory);
}

TEST_F(FeedProducerTest, AReplayOfNothingIsAnError) {
  FeedOptions feed;
  feed.name = "city";
  feed.replay = "/nonexistent";
  options_.feeds = {feed};
  EXPECT_TRUE(FeedProducer::Make(options_, told_, SystemClock()).status().Is(ErrorKind::kExit));
}

}  // namespace
}  // namespace sluice::produce
