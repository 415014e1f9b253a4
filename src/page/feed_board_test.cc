// SPDX-License-Identifier: Apache-2.0
#include "page/feed_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sluice::page {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;

constexpr int64_t kStart = 1'700'000'000'000;

class FeedBoardTest : public ::testing::Test {
 protected:
  static ProducerInfo Info() {
    ProducerInfo info;
    info.topic = "t";
    info.started_ms = kStart;
    info.feeds = {{"city", 30, 120}, {"region", 30, 120}};
    return info;
  }
  static FeedPolled Good(size_t feed, int64_t at_ms) {
    FeedPolled poll;
    poll.feed = feed;
    poll.at_ms = at_ms;
    poll.result = "published";
    poll.good = true;
    poll.header_s = at_ms / 1000 - 5;
    poll.messages = 2;
    poll.message_bytes = 500;
    poll.entities_good = 40;
    poll.entities_repaired = 1;
    poll.next_seconds = 30;
    return poll;
  }
  static FeedPolled Failed(size_t feed, int64_t at_ms) {
    FeedPolled poll;
    poll.feed = feed;
    poll.at_ms = at_ms;
    poll.result = "timeout";
    poll.message = "nothing within 30 s";
    poll.failures = 3;
    return poll;
  }
  json Status(int64_t now_ms) {
    board_.Turn(now_ms);
    return json::parse(board_.Snapshot(now_ms, "r-1"));
  }
  void Answer() { events_.Put(KafkaChanged{kStart, "", ""}); }

  Inbox<FeedEvent> events_;
  Inbox<LogRow> log_;
  FeedBoard board_{Info(), events_, log_};
};

TEST_F(FeedBoardTest, BeforeTheFirstPoll) {
  EXPECT_EQ(Status(kStart)["headline"]["sentence"], "Starting: asking Kafka for the topic.");
  Answer();
  const json status = Status(kStart + 1);
  EXPECT_EQ(status["kind"], "producer");
  EXPECT_EQ(status["headline"]["sentence"], "Starting: the first polls are under way.");
  EXPECT_EQ(status["feeds"][0]["state"], "waiting");
  EXPECT_TRUE(status["feeds"][0]["header_s"].is_null());
}

TEST_F(FeedBoardTest, AFeedThatIsWell) {
  Answer();
  events_.Put(Good(0, kStart));
  events_.Put(Good(0, kStart + 1000));
  events_.Put(Good(1, kStart));
  const json status = Status(kStart + 2000);
  EXPECT_EQ(status["headline"]["sentence"], "Well: all 2 feeds are polled and go into Kafka.");
  const json& feed = status["feeds"][0];
  EXPECT_EQ(feed["state"], "well");
  EXPECT_EQ(feed["polls"], 2);
  EXPECT_EQ(feed["published"], 2);
  EXPECT_EQ(feed["messages"], 4);
  EXPECT_EQ(feed["entities"]["good"], 80);
  EXPECT_EQ(feed["entities"]["repaired"], 2);
  EXPECT_EQ(feed["next_ms"], kStart + 31'000);
  EXPECT_EQ(feed["header_s"], kStart / 1000 - 4);
}

TEST_F(FeedBoardTest, FeedsThatAreNot) {
  Answer();
  events_.Put(Good(0, kStart));
  events_.Put(Failed(1, kStart));
  json status = Status(kStart + 1000);
  EXPECT_EQ(status["headline"]["sentence"], "1 of 2 feeds is not well.");
  EXPECT_EQ(status["headline"]["detail"], "region (timeout: nothing within 30 s)");
  EXPECT_EQ(status["headline"]["level"], "warning");
  EXPECT_EQ(status["feeds"][1]["state"], "failing");
  EXPECT_EQ(status["feeds"][1]["failed"], 1);
  status = Status(kStart + 130'000);  // and of the other nothing was heard
  EXPECT_EQ(status["feeds"][0]["state"], "silent");
  EXPECT_EQ(status["headline"]["sentence"], "None of the 2 feeds is well.");
  EXPECT_EQ(status["headline"]["level"], "bad");
}

TEST_F(FeedBoardTest, AFrozenFeed) {
  Answer();
  FeedPolled frozen = Good(0, kStart);
  frozen.faults = {"frozen"};
  events_.Put(frozen);
  events_.Put(Good(1, kStart));
  const json status = Status(kStart + 1000);
  EXPECT_EQ(status["feeds"][0]["state"], "frozen");
  EXPECT_EQ(status["feeds"][0]["faults"]["frozen"], 1);
  EXPECT_EQ(status["headline"]["runbook"], "SluiceProducerFeedFrozen");
}

TEST_F(FeedBoardTest, DeliveriesAndWhatWasLost) {
  Answer();
  events_.Put(Good(0, kStart));
  events_.Put(DeliveriesSeen{{{10, 0}, {5, 2}}, 3, 700, 1000});
  const json status = Status(kStart + 1000);
  EXPECT_EQ(status["feeds"][0]["delivered"], 10);
  EXPECT_EQ(status["feeds"][1]["lost"], 2);
  EXPECT_EQ(status["queue"]["bytes"], 700);
  EXPECT_EQ(status["headline"]["sentence"], "Kafka did not take 2 records of the last 10 minutes.");
}

TEST_F(FeedBoardTest, KafkaAndTheEnd) {
  events_.Put(KafkaChanged{kStart, "KAFKA_UNREACHABLE", "no broker"});
  EXPECT_EQ(Status(kStart)["headline"]["code"], "KAFKA_UNREACHABLE");
  EXPECT_EQ(Status(kStart)["state"]["name"], "waiting");
  events_.Put(ProducerEnded{kStart, "", ""});
  EXPECT_EQ(Status(kStart + 1)["state"]["name"], "stopped");
}

TEST_F(FeedBoardTest, EachPollIsTold) {
  Answer();
  events_.Put(Good(1, kStart));
  std::vector<std::string> names;
  for (const Outgoing& event : board_.Turn(kStart + 1000)) {
    names.push_back(event.name);
    if (event.name == "feed") {
      EXPECT_EQ(json::parse(event.json)["feed"]["name"], "region");
    }
  }
  EXPECT_THAT(names, ElementsAre("feed", "state", "sample"));
}

TEST_F(FeedBoardTest, GoesOnWhenTheClockIsSetBack) {
  board_.Turn(kStart + 7200'000);
  const auto events = board_.Turn(kStart);
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].name, "sample");
  EXPECT_EQ(json::parse(events[0].json)["point"]["t"], kStart / 1000);
}

TEST_F(FeedBoardTest, ASummaryForReadersWithoutScript) {
  events_.Put(Good(0, kStart));
  board_.Turn(kStart + 1000);
  std::vector<std::string> lines;
  for (const SummaryLine& line : board_.Summary()) lines.push_back(line.label + ": " + line.value);
  EXPECT_THAT(lines, Contains("Feed city: well; 2 messages, 0 acknowledged"));
}

}  // namespace
}  // namespace sluice::page
