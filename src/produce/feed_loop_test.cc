// SPDX-License-Identifier: Apache-2.0
#include "produce/feed_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "core/testing/manual_clock.h"
#include "produce/testing/fake_sink.h"
#include "produce/testing/fake_source.h"
#include "produce/testing/feed_bytes.h"

namespace sluice::produce {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Told : ProducerListener {
  std::vector<PollReport> polls;
  std::vector<std::string> warnings;
  void OnPoll(const PollReport& report) override { polls.push_back(report); }
  void OnWarning(const std::string&, const std::string& message) override {
    warnings.push_back(message);
  }
  std::vector<PollResult> results(size_t feed) const {
    std::vector<PollResult> results;
    for (const PollReport& report : polls) {
      if (report.feed == feed) results.push_back(report.result);
    }
    return results;
  }
};

// Feeds "f0", "f1", ... every 20 seconds, on a clock of the test; jobs run when RunJobs() is called.
struct Producer {
  explicit Producer(size_t count) : feeds(count), options(count) {
    for (size_t i = 0; i < count; ++i) {
      options[i].name = "f" + std::to_string(i);
      options[i].interval = seconds(20);
      options[i].mode = MessageMode::kEntity;
    }
  }
  void Start() {
    std::vector<std::unique_ptr<FeedSource>> sources;
    for (FakeFeed& feed : feeds) sources.push_back(MakeFakeSource(feed, clock));
    LoopParts parts;
    parts.sink = &sink;
    parts.listener = &told;
    parts.clock = &clock;
    parts.execute = [this](size_t, std::function<void()> job) { jobs.push_back(std::move(job)); };
    parts.give_up = give_up.get_token();
    loop = std::make_unique<FeedLoop>(options, std::move(sources), std::move(parts));
    loop->Begin(900'000);
  }
  void RunJobs() {
    for (; !jobs.empty(); jobs.pop_front()) jobs.front()();
  }
  // Lets so much time pass; everything that becomes due happens when it is.
  void Pass(nanoseconds time) {
    if (!loop) Start();
    const nanoseconds end = clock.Monotonic() + time;
    while (true) {
      nanoseconds next = loop->Step();
      for (int i = 0; i < 3; ++i) {
        RunJobs();
        next = loop->Step();
      }
      const nanoseconds now = clock.Monotonic();
      if (now >= end) return;
      clock.Advance(std::min(std::max(next, now + nanoseconds(1)), end) - now);
    }
  }
  uint64_t now() const { return static_cast<uint64_t>(clock.NowMs() / 1000); }
  std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    for (const FakeSink::Sent& sent : sink.sent()) keys.push_back(sent.key);
    return keys;
  }

  ManualClock clock{1'700'000'000'000};
  std::deque<FakeFeed> feeds;
  std::vector<FeedOptions> options;
  FakeSink sink;
  Told told;
  std::stop_source give_up;
  std::deque<std::function<void()>> jobs;
  std::unique_ptr<FeedLoop> loop;
};

TEST(FeedLoop, PollsAndSendsEveryEntity) {
  Producer producer(1);
  producer.feeds[0].answers.push_back(Body(FeedBytes(producer.now(), {"a", "b"})));
  producer.Pass(seconds(5));
  EXPECT_THAT(producer.keys(), ElementsAre("f0|a", "f0|b"));
  EXPECT_THAT(producer.told.results(0), ElementsAre(PollResult::kPublished));
  const PollReport& report = producer.told.polls[0];
  EXPECT_EQ(report.counts.messages, 2);
  EXPECT_EQ(report.counts.faults.good, 2);
  EXPECT_EQ(report.header, 1'700'000'000u);
  EXPECT_EQ(report.status, 200);
}

TEST(FeedLoop, AFeedThatNeverAnswersDelaysNobody) {
  Producer producer(3);
  for (int i = 0; i < 40; ++i) {
    producer.feeds[0].answers.push_back(Body(FeedBytes(producer.now() + i, {"a"})));
    producer.feeds[2].answers.push_back(Failure(PollResult::kConnect, "connection refused"));
  }
  producer.Pass(minutes(10));
  EXPECT_EQ(producer.feeds[1].asked_at.size(), 1u);  // still open
  EXPECT_NEAR(static_cast<double>(producer.feeds[0].asked_at.size()), 31, 1);
  const auto& at = producer.feeds[0].asked_at;
  for (size_t i = 2; i < at.size(); ++i) EXPECT_EQ(at[i] - at[i - 1], nanoseconds(seconds(20)));
}

TEST(FeedLoop, AWorkerThatIsBusyDelaysNobodyElse) {
  Producer producer(2);
  producer.feeds[0].answers.push_back(Body(LargeFeedBytes(producer.now(), 50)));
  producer.Start();
  producer.clock.Advance(seconds(2));
  producer.loop->Step();
  producer.loop->Step();
  ASSERT_THAT(producer.jobs, SizeIs(1));  // f0 is with a worker; f1's question is open
  producer.clock.Advance(minutes(1));
  producer.feeds[1].Answer(Body(FeedBytes(producer.now(), {"x"})));
  producer.loop->Step();
  ASSERT_THAT(producer.jobs, SizeIs(2));
  producer.jobs.back()();
  producer.loop->Step();
  EXPECT_THAT(producer.keys(), ElementsAre("f1|x"));
  EXPECT_THAT(producer.told.results(1), ElementsAre(PollResult::kPublished));
  EXPECT_THAT(producer.told.results(0), IsEmpty());
}

TEST(FeedLoop, OneQuestionAtATimeAndMissedTicksAreCounted) {
  Producer producer(1);
  producer.Pass(seconds(100));
  EXPECT_EQ(producer.feeds[0].asked_at.size(), 1u);
  producer.feeds[0].Answer(Body(FeedBytes(producer.now(), {"a"})));
  producer.Pass(seconds(30));
  EXPECT_GE(producer.told.polls[0].missed_ticks, 3);
  EXPECT_LE(producer.told.polls[0].missed_ticks, 5);
  EXPECT_EQ(producer.feeds[0].asked_at.size(), 2u);
}

TEST(FeedLoop, ValidatorsComeBackWithTheNextQuestion) {
  Producer producer(1);
  producer.feeds[0].answers.push_back(Body(FeedBytes(producer.now(), {"a"}), "\"v1\""));
  producer.feeds[0].answers.push_back(StatusOnly(304));
  producer.Pass(seconds(50));
  EXPECT_EQ(producer.feeds[0].asked_with[0].etag, "");
  EXPECT_EQ(producer.feeds[0].asked_with[1].etag, "\"v1\"");
  EXPECT_THAT(producer.told.results(0),
              ElementsAre(PollResult::kPublished, PollResult::kNotModified));
}

TEST(FeedLoop, ARefusedFeedIsAskedRarelyAndTheOthersGoOn) {
  Producer producer(2);
  for (int i = 0; i < 200; ++i) {
    producer.feeds[0].answers.push_back(StatusOnly(403));
    producer.feeds[1].answers.push_back(Body(FeedBytes(producer.now() + i, {"a"})));
  }
  producer.Pass(hours(1));
  EXPECT_LE(producer.feeds[0].asked_at.size(), 9u);
  EXPECT_GE(producer.feeds[0].asked_at.size(), 5u);
  EXPECT_NEAR(static_cast<double>(producer.feeds[1].asked_at.size()), 181, 1);
}

TEST(FeedLoop, RetryAfterIsKept) {
  Producer producer(1);
  Fetched limited = StatusOnly(429);
  limited.retry_after = minutes(3);
  producer.feeds[0].answers.push_back(std::move(limited));
  producer.feeds[0].answers.push_back(Body(FeedBytes(producer.now(), {"a"})));
  producer.Pass(minutes(5));
  ASSERT_GE(producer.feeds[0].asked_at.size(), 2u);
  EXPECT_GE(producer.feeds[0].asked_at[1] - producer.feeds[0].asked_at[0], minutes(3));
  EXPECT_EQ(producer.told.polls[0].result, PollResult::kRateLimited);
  EXPECT_EQ(producer.told.polls[0].failures, 1);
}

TEST(FeedLoop, GarbageIsNamedAndNothingIsSent) {
  Producer producer(1);
  producer.feeds[0].answers.push_back(Body("<!DOCTYPE html><html><title>Sign in</title></html>"));
  producer.Pass(seconds(5));
  EXPECT_THAT(producer.sink.sent(), IsEmpty());
  EXPECT_EQ(producer.told.polls[0].result, PollResult::kNotAFeed);
  EXPECT_EQ(producer.told.polls[0].bad_body, gtfs::BodyKind::kHtml);
  EXPECT_THAT(producer.told.polls[0].message, HasSubstr("HTML"));
}

TEST(FeedLoop, AKeyThatAServerSaysBackIsNotTold) {
  Producer producer(1);
  producer.options[0].headers = {{"x-api-key", "hunter2-and-more", true}};
  producer.feeds[0].answers.push_back(Body("The key hunter2-and-more has expired."));
  producer.Pass(seconds(5));
  EXPECT_THAT(producer.told.polls[0].message, HasSubstr("The key"));
  EXPECT_THAT(producer.told.polls[0].message, ::testing::Not(HasSubstr("hunter2")));
}

TEST(FeedLoop, WhatKafkaLostIsPublishedAgainThoughItIsUnchanged) {
  Producer producer(1);
  const std::string body = FeedBytes(producer.now(), {"a"});
  for (int i = 0; i < 4; ++i) producer.feeds[0].answers.push_back(Body(body, "\"v1\""));
  producer.Pass(seconds(5));
  producer.loop->OnLost({0, DeliveryResult::kFailed, 100, "timed out"});
  producer.Pass(seconds(60));
  EXPECT_THAT(producer.told.results(0),
              ElementsAre(PollResult::kPublished, PollResult::kPublished, PollResult::kUnchanged));
  EXPECT_EQ(producer.feeds[0].asked_with[1].etag, "");
}

TEST(FeedLoop, ALossThatIsHeardOfWhileAWorkerIsBusyCountsToo) {
  Producer producer(1);
  const std::string body = FeedBytes(producer.now(), {"a"});
  producer.feeds[0].answers.push_back(Body(body));
  producer.Start();
  producer.clock.Advance(seconds(2));
  producer.loop->Step();
  producer.loop->Step();
  ASSERT_THAT(producer.jobs, SizeIs(1));
  producer.loop->OnLost({0, DeliveryResult::kFailed, 100, "timed out"});
  producer.loop->Step();
  producer.RunJobs();
  producer.feeds[0].answers.push_back(Body(body));
  producer.Pass(seconds(40));
  EXPECT_THAT(producer.told.results(0),
              ElementsAre(PollResult::kPublished, PollResult::kPublished));
}

TEST(FeedLoop, ARecordTooLargeForTheTopicMakesTheNextOnesSmaller) {
  Producer producer(1);
  producer.options[0].mode = MessageMode::kFeed;
  producer.options[0].max_message_bytes = 60'000;
  for (int i = 0; i < 3; ++i)
    producer.feeds[0].answers.push_back(Body(LargeFeedBytes(producer.now() + i, 500)));
  producer.Pass(seconds(5));
  ASSERT_THAT(producer.sink.sent(), SizeIs(1));
  const auto bytes = static_cast<int64_t>(producer.sink.sent()[0].value.size());
  EXPECT_GT(bytes, 20'000);
  for (int i = 0; i < 3; ++i)  // as often as it likes, it is one limit
    producer.loop->OnLost({0, DeliveryResult::kTooLarge, bytes, "Message size too large"});
  producer.sink.Clear();
  producer.Pass(seconds(30));
  ASSERT_GE(producer.sink.sent().size(), 2u);
  for (const FakeSink::Sent& sent : producer.sink.sent())
    EXPECT_LE(sent.value.size(), static_cast<size_t>(std::max<int64_t>(bytes / 2, 16 << 10)));
  EXPECT_THAT(producer.told.warnings, ElementsAre(HasSubstr("Kafka took no record of")));
  EXPECT_THAT(producer.told.polls[1].message, HasSubstr("it went out as"));
  EXPECT_TRUE(producer.told.polls[1].counts.fell_to_chunks);
}

TEST(FeedLoop, ASinkThatRefusesEndsTheLoop) {
  Producer producer(1);
  producer.sink.SetStatus(Status::Stop("KAFKA_AUTHENTICATION_FAILED", "refused"));
  producer.feeds[0].answers.push_back(Body(FeedBytes(producer.now(), {"a"})));
  producer.Pass(seconds(5));
  EXPECT_EQ(producer.loop->status().code(), "KAFKA_AUTHENTICATION_FAILED");
  EXPECT_THAT(producer.told.results(0), ElementsAre(PollResult::kNotSent));
}

TEST(FeedLoop, AStopWhileTheQueueIsFullIsNoLossOfTheNextPoll) {
  Producer producer(1);
  producer.sink.SetRoom(1);
  producer.give_up.request_stop();
  const std::string body = FeedBytes(producer.now(), {"a", "b"});
  producer.feeds[0].answers.push_back(Body(body));
  producer.feeds[0].answers.push_back(Body(body));
  producer.Pass(seconds(5));
  EXPECT_THAT(producer.told.results(0), ElementsAre(PollResult::kNotSent));
  EXPECT_TRUE(producer.loop->status().ok());
  producer.sink.SetRoom(100);
  producer.Pass(seconds(30));
  EXPECT_THAT(producer.told.results(0), ElementsAre(PollResult::kNotSent, PollResult::kPublished));
}

TEST(FeedLoop, StoppingCancelsWhatIsAsked) {
  Producer producer(2);
  producer.Pass(seconds(5));
  producer.loop->StopPolling();
  EXPECT_TRUE(producer.feeds[0].gone);
  EXPECT_TRUE(producer.feeds[1].gone);
  producer.Pass(minutes(5));
  EXPECT_EQ(producer.feeds[0].asked_at.size(), 1u);
}

TEST(FeedLoop, IsOverWhenEveryReplayIs) {
  Producer producer(2);
  Fetched over;
  over.kind = Fetched::Kind::kOver;
  Fetched capture = Body(FeedBytes(producer.now(), {"a"}));
  capture.next_in = milliseconds(100);
  producer.feeds[0].answers = {capture, over};
  producer.feeds[1].answers = {over};
  producer.Pass(seconds(2));
  EXPECT_FALSE(producer.feeds[0].asked_at.empty());
  producer.Pass(seconds(2));
  EXPECT_TRUE(producer.loop->over());
  EXPECT_THAT(producer.keys(), ElementsAre("f0|a"));
  EXPECT_EQ(producer.feeds[0].asked_at[1] - producer.feeds[0].asked_at[0], milliseconds(100));
}

TEST(FeedLoop, TimeBeginsWithBegin) {
  Producer producer(1);
  producer.Start();
  producer.clock.Advance(hours(1));  // until Kafka had the topic
  producer.loop->Begin(900'000);
  producer.feeds[0].answers.push_back(Body(FeedBytes(producer.now(), {"a"})));
  producer.Pass(seconds(5));
  EXPECT_EQ(producer.told.polls[0].missed_ticks, 0);
}

TEST(FeedLoop, AHundredFeedsAreSpreadAndNoneIsForgotten) {
  Producer producer(100);
  for (FakeFeed& feed : producer.feeds) {
    for (int i = 0; i < 200; ++i) feed.answers.push_back(StatusOnly(500 + i % 4));
  }
  producer.Pass(minutes(30));
  for (const FakeFeed& feed : producer.feeds) EXPECT_GE(feed.asked_at.size(), 5u);
}

}  // namespace
}  // namespace sluice::produce
