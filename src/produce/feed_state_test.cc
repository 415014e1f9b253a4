// SPDX-License-Identifier: Apache-2.0
#include "produce/feed_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing/manual_clock.h"

namespace sluice::produce {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kEpoch = 1'700'000'000;  // seconds

// A feed under the default rules, polled by hand.
struct Feed {
  ManualClock clock{kEpoch * 1000};
  FeedRules rules = RulesOf(FeedOptions());
  FeedState state;
  Validators asked;

  int64_t now() const { return clock.NowMs() / 1000; }
  void Pass(std::chrono::nanoseconds time) { clock.Advance(time); }
  void Ask() { asked = AskWith(rules, state, clock.NowMs()); }

  Fetched Answer(int status, const std::string& body = "", const std::string& etag = "") const {
    Fetched fetched;
    fetched.status = status;
    fetched.body = body;
    fetched.body_hash = HashBody(body);
    fetched.validators.etag = etag;
    fetched.asked_with_validators = !asked.empty();
    return fetched;
  }
  // A poll that brings `body` under `header`, and its verdict.
  Verdict Poll(const std::string& body, HeaderTime header, const std::string& etag = "") {
    Ask();
    const Fetched fetched = Answer(200, body, etag);
    if (auto verdict = JudgeAnswer(rules, state, fetched, clock.NowMs())) return *verdict;
    Verdict verdict = JudgeHeader(rules, state, header, clock.NowMs());
    if (verdict.result == PollResult::kPublished)
      Remember(rules, state, fetched, header, clock.NowMs(), verdict);
    return verdict;
  }
  Verdict Poll304() {
    Ask();
    return JudgeAnswer(rules, state, Answer(304), clock.NowMs()).value();
  }
  Verdict PollStatus(int status) {
    Ask();
    return JudgeAnswer(rules, state, Answer(status, "sorry"), clock.NowMs()).value();
  }
};

TEST(FeedState, NewContentIsPublished) {
  Feed feed;
  const Verdict verdict = feed.Poll("a", kEpoch - 5);
  EXPECT_EQ(verdict.result, PollResult::kPublished);
  EXPECT_THAT(verdict.faults, IsEmpty());
  EXPECT_EQ(verdict.message, "");
}

TEST(FeedState, TheSameBodyIsNot) {
  Feed feed;
  feed.Poll("a", kEpoch - 5);
  feed.Pass(seconds(30));
  EXPECT_EQ(feed.Poll("a", kEpoch - 5).result, PollResult::kUnchanged);
  feed.Pass(seconds(30));
  EXPECT_EQ(feed.Poll("b", kEpoch + 55).result, PollResult::kPublished);
}

TEST(FeedState, ValidatorsOfTheLastBodyAreSent) {
  Feed feed;
  feed.Ask();
  EXPECT_TRUE(feed.asked.empty());
  feed.Poll("a", kEpoch, "\"v1\"");
  feed.Ask();
  EXPECT_EQ(feed.asked.etag, "\"v1\"");
}

TEST(FeedState, A304IsHonoured) {
  Feed feed;
  feed.Poll("a", kEpoch, "\"v1\"");
  feed.Pass(seconds(30));
  const Verdict verdict = feed.Poll304();
  EXPECT_EQ(verdict.result, PollResult::kNotModified);
  EXPECT_THAT(verdict.faults, IsEmpty());
}

TEST(FeedState, A304ThatNobodyAskedForIsAnError) {
  Feed feed;
  const Verdict verdict = feed.Poll304();
  EXPECT_EQ(verdict.result, PollResult::kHttpError);
  EXPECT_THAT(verdict.message, HasSubstr("without validators"));
}

TEST(FeedState, EverySoOftenItIsAskedWithoutValidators) {
  Feed feed;
  feed.Poll("a", kEpoch, "\"v1\"");
  int unconditional = 0;
  for (int i = 0; i < 120; ++i) {  // an hour
    feed.Pass(seconds(30));
    feed.Ask();
    if (feed.asked.empty()) {
      ++unconditional;
      EXPECT_EQ(feed.Poll("a", kEpoch, "\"v1\"").result, PollResult::kUnchanged);
    } else {
      feed.Poll304();
    }
  }
  EXPECT_EQ(unconditional, 4);
}

TEST(FeedState, NeverSoOftenMeansAlways) {
  Feed feed;
  feed.rules.full_fetch_every = seconds(0);
  feed.Poll("a", kEpoch, "\"v1\"");
  feed.Ask();
  EXPECT_TRUE(feed.asked.empty());
}

TEST(FeedState, AClockThatWentBackKeepsNoValidators) {
  Feed feed;
  feed.state.validators.etag = "\"v1\"";
  feed.state.full_fetch_ms = feed.clock.NowMs() + 3600'000;
  feed.Ask();
  EXPECT_TRUE(feed.asked.empty());
}

TEST(FeedState, AServerWhose304sLieIsAskedWithoutValidatorsForADay) {
  Feed feed;
  feed.Poll("a", kEpoch, "\"v1\"");
  Verdict verdict;
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(verdict.faults, IsEmpty());
    for (feed.Ask(); !feed.asked.empty(); feed.Ask()) {
      feed.Poll304();
      feed.Pass(seconds(30));
    }
    verdict = feed.Poll("new " + std::to_string(round), feed.now(), "\"v1\"");
  }
  EXPECT_EQ(verdict.result, PollResult::kPublished);
  EXPECT_THAT(verdict.faults, ElementsAre(FeedFault::kFalse304));
  EXPECT_THAT(verdict.message, HasSubstr("said 304 although"));
  feed.Pass(hours(23));
  feed.Ask();
  EXPECT_TRUE(feed.asked.empty());
  feed.Pass(hours(1));
  feed.Poll("later", feed.now(), "\"v1\"");
  feed.Ask();
  EXPECT_FALSE(feed.asked.empty());
}

TEST(FeedState, OneFullFetchThatFindsNewContentIsNoLie) {
  Feed feed;
  feed.Poll("a", kEpoch, "\"v1\"");
  for (int hour = 0; hour < 3; ++hour) {
    for (feed.Ask(); !feed.asked.empty(); feed.Ask()) {
      feed.Poll304();
      feed.Pass(seconds(30));
    }
    EXPECT_THAT(feed.Poll("full " + std::to_string(hour), feed.now(), "\"v\"").faults, IsEmpty());
    feed.Pass(seconds(30));
    EXPECT_THAT(feed.Poll("conditional " + std::to_string(hour), feed.now(), "\"w\"").faults,
                IsEmpty());
  }
}

TEST(FeedState, AnOlderHeaderIsNotPublished) {
  Feed feed;
  feed.Poll("a", kEpoch - 5);
  feed.Pass(seconds(30));
  const Verdict verdict = feed.Poll("stale", kEpoch - 65, "\"stale\"");
  EXPECT_EQ(verdict.result, PollResult::kOlder);
  EXPECT_THAT(verdict.faults, ElementsAre(FeedFault::kOlder));
  EXPECT_EQ(verdict.message, "the header is 60 s older than one seen before");
  feed.Ask();
  EXPECT_NE(feed.asked.etag, "\"stale\"");  // a stale server must not confirm its own content
}

TEST(FeedState, StaleServersAmongGoodOnesAreDroppedForEver) {
  Feed feed;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(feed.Poll("new" + std::to_string(i), feed.now()).result, PollResult::kPublished);
    feed.Pass(minutes(4));
    EXPECT_EQ(feed.Poll("old" + std::to_string(i), feed.now() - 600).result, PollResult::kOlder);
    feed.Pass(minutes(4));
  }
}

TEST(FeedState, AClockThatWasSetBackIsBelievedAfterAWhile) {
  Feed feed;
  feed.Poll("a", kEpoch);
  int dropped = 0;
  Verdict verdict;
  for (int i = 0; i < 20; ++i) {
    feed.Pass(seconds(30));
    verdict = feed.Poll("b" + std::to_string(i), feed.now() - 86400);
    if (verdict.result != PollResult::kOlder) break;
    ++dropped;
  }
  EXPECT_EQ(dropped, 11);  // five minutes
  EXPECT_EQ(verdict.result, PollResult::kPublished);
  EXPECT_THAT(verdict.message, HasSubstr("went back by 23 h and stayed there"));
  feed.Pass(seconds(30));
  EXPECT_THAT(feed.Poll("c", feed.now() - 86400).faults, IsEmpty());
}

TEST(FeedState, AFrozenServerIsNoReasonToBelieveAnOlderHeader) {
  Feed feed;
  feed.Poll("a", kEpoch);
  feed.Pass(hours(1));
  EXPECT_EQ(feed.Poll("b", kEpoch - 60).result, PollResult::kOlder);
}

TEST(FeedState, AHeaderFromTheFutureIsPublishedAndNotRemembered) {
  Feed feed;
  feed.Poll("a", kEpoch);
  feed.Pass(seconds(30));
  const Verdict verdict = feed.Poll("b", kEpoch + 30 + 3600);
  EXPECT_EQ(verdict.result, PollResult::kPublished);
  EXPECT_THAT(verdict.faults, ElementsAre(FeedFault::kFuture));
  EXPECT_EQ(verdict.message, "the header's time is 60 min ahead of ours");
  feed.Pass(seconds(30));
  EXPECT_THAT(feed.Poll("c", kEpoch + 55).faults, IsEmpty());
}

TEST(FeedState, AMinuteAheadIsNotTheFuture) {
  Feed feed;
  EXPECT_THAT(feed.Poll("a", kEpoch + 60).faults, IsEmpty());
  EXPECT_THAT(feed.Poll("b", kEpoch + 61).faults, ElementsAre(FeedFault::kFuture));
}

TEST(FeedState, TimesBeyondAllReasonAreTheFuture) {
  Feed feed;
  for (const uint64_t header : {uint64_t{4102444800}, uint64_t{1} << 62, ~uint64_t{0}}) {
    const Verdict verdict = feed.Poll("h" + std::to_string(header), header);
    EXPECT_THAT(verdict.faults, ElementsAre(FeedFault::kFuture)) << header;
  }
}

TEST(FeedState, NewContentUnderTheSameTimeIsPublished) {
  Feed feed;
  feed.Poll("a", kEpoch);
  feed.Pass(minutes(30));
  const Verdict verdict = feed.Poll("b", kEpoch);
  EXPECT_EQ(verdict.result, PollResult::kPublished);
  EXPECT_THAT(verdict.faults, ElementsAre(FeedFault::kSameTime));
}

TEST(FeedState, WithoutATimestampItIsPublishedAllTheSame) {
  Feed feed;
  const Verdict verdict = feed.Poll("a", std::nullopt);
  EXPECT_EQ(verdict.result, PollResult::kPublished);
  EXPECT_THAT(verdict.faults, ElementsAre(FeedFault::kNoTimestamp));
}

TEST(FeedState, AZeroTimestampIsOld) {
  Feed feed;
  EXPECT_EQ(feed.Poll("a", 0).result, PollResult::kPublished);
  EXPECT_THAT(feed.Poll("a", 0).faults, ElementsAre(FeedFault::kFrozen));
}

TEST(FeedState, AFeedIsFrozenWhenItsHeaderStaysForTooLong) {
  Feed feed;
  feed.Poll("a", kEpoch, "\"v1\"");
  feed.Pass(minutes(9));
  EXPECT_THAT(feed.Poll("a", kEpoch, "\"v1\"").faults, IsEmpty());
  feed.Pass(minutes(2));
  const Verdict unchanged = feed.Poll("a", kEpoch, "\"v1\"");
  EXPECT_EQ(unchanged.result, PollResult::kUnchanged);
  EXPECT_THAT(unchanged.faults, ElementsAre(FeedFault::kFrozen));
  EXPECT_EQ(unchanged.message, "the header's time has not changed for 11 min");
  const Verdict not_modified = feed.Poll304();
  EXPECT_EQ(not_modified.result, PollResult::kNotModified);
  EXPECT_THAT(not_modified.faults, ElementsAre(FeedFault::kFrozen));
  EXPECT_THAT(feed.Poll("b", feed.now()).faults, IsEmpty());
}

TEST(FeedState, AFeedThatWasFrozenBeforeWeCameIsToldAtTheSecondPoll) {
  Feed feed;
  EXPECT_THAT(feed.Poll("a", kEpoch - 7200).faults, IsEmpty());
  EXPECT_THAT(feed.Poll("a", kEpoch - 7200).faults, ElementsAre(FeedFault::kFrozen));
}

TEST(FeedState, AHeaderThatLagsBehindIsNotFrozen) {
  Feed feed;
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(feed.Poll("b" + std::to_string(i), feed.now() - 3600).faults, IsEmpty());
    feed.Pass(seconds(30));
  }
}

TEST(FeedState, WithoutATimestampTheContentTellsWhetherItIsFrozen) {
  Feed feed;
  feed.Poll("a", std::nullopt);
  feed.Pass(minutes(11));
  const Verdict verdict = feed.Poll("a", std::nullopt);
  EXPECT_THAT(verdict.faults, ElementsAre(FeedFault::kFrozen));
  EXPECT_EQ(verdict.message, "the content has not changed for 11 min");
}

TEST(FeedState, FrozenCanBeSwitchedOff) {
  Feed feed;
  feed.rules.frozen_after = seconds(0);
  feed.Poll("a", kEpoch);
  feed.Pass(hours(24));
  EXPECT_THAT(feed.Poll("a", kEpoch).faults, IsEmpty());
}

TEST(FeedState, StatusesHaveTheirResults) {
  Feed feed;
  for (const int status : {400, 401, 403, 404, 405, 410, 451})
    EXPECT_EQ(feed.PollStatus(status).result, PollResult::kRefused) << status;
  for (const int status : {408, 421, 425, 500, 502, 503, 504, 204, 206, 301})
    EXPECT_EQ(feed.PollStatus(status).result, PollResult::kHttpError) << status;
  EXPECT_EQ(feed.PollStatus(429).result, PollResult::kRateLimited);
  EXPECT_EQ(feed.PollStatus(503).message, "HTTP 503");
}

TEST(FeedState, AnEmptyBodyIsNoFeed) {
  Feed feed;
  feed.Ask();
  EXPECT_EQ(JudgeAnswer(feed.rules, feed.state, feed.Answer(200), feed.clock.NowMs())->result,
            PollResult::kEmpty);
}

TEST(FeedState, FailuresPassThroughAndForgetNothing) {
  Feed feed;
  feed.Poll("a", kEpoch, "\"v1\"");
  Fetched failure;
  failure.kind = Fetched::Kind::kFailure;
  failure.failure = PollResult::kTimeout;
  failure.message = "nothing within 30 s";
  const auto verdict = JudgeAnswer(feed.rules, feed.state, failure, feed.clock.NowMs());
  EXPECT_EQ(verdict->result, PollResult::kTimeout);
  EXPECT_EQ(verdict->message, "nothing within 30 s");
  EXPECT_EQ(feed.Poll("a", kEpoch, "\"v1\"").result, PollResult::kUnchanged);
}

TEST(FeedState, WhatWasLostIsPublishedAgain) {
  Feed feed;
  feed.Poll("a", kEpoch, "\"v1\"");
  Forget(feed.state);
  feed.Ask();
  EXPECT_TRUE(feed.asked.empty());
  const Verdict verdict = feed.Poll("a", kEpoch, "\"v1\"");
  EXPECT_EQ(verdict.result, PollResult::kPublished);
  EXPECT_THAT(verdict.faults, IsEmpty());
}

TEST(FeedState, AReplayThatBeginsAnewKnowsNothingOfItsEnd) {
  Feed feed;
  feed.Poll("z", kEpoch);
  Fetched first = feed.Answer(200, "a");
  first.begins_anew = true;
  EXPECT_FALSE(JudgeAnswer(feed.rules, feed.state, first, feed.clock.NowMs()));
  EXPECT_THAT(JudgeHeader(feed.rules, feed.state, kEpoch - 3600, feed.clock.NowMs()).faults,
              IsEmpty());
}

}  // namespace
}  // namespace sluice::produce
