// SPDX-License-Identifier: Apache-2.0
#include "page/headline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::page {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000'000;

// A query that runs and is well.
QueryFacts Running() {
  QueryFacts facts;
  facts.state.state = RunState::kRunning;
  facts.topics = {"dev_topic"};
  facts.now_ms = kNow;
  facts.started_ms = kNow - 3'600'000;
  facts.last_commit_ms = kNow - 500;
  facts.newest_record_ms = kNow - 1200;
  facts.records = 1000;
  facts.table_version = 7;
  return facts;
}

QueryFacts InState(RunState state, const std::string& code = "", const std::string& message = "") {
  QueryFacts facts = Running();
  facts.state = {kNow, state, code, message};
  return facts;
}

TEST(Headline, OfAQueryThatIsWell) {
  const Headline top = JudgeQuery(Running());
  EXPECT_EQ(top.level, Level::kGood);
  EXPECT_EQ(top.sentence, "Well: the table holds what came up to 1.2 s ago.");
  EXPECT_EQ(top.runbook, "");
}

TEST(Headline, OfATopicWithoutNews) {
  QueryFacts facts = Running();
  facts.newest_record_ms = kNow - 300'000;
  EXPECT_EQ(JudgeQuery(facts).sentence,
            "Well: all that is in Kafka is in the table; nothing new came for 5 min.");
  facts.newest_record_ms = -1;
  EXPECT_EQ(JudgeQuery(facts).sentence, "Topic dev_topic holds nothing yet; all is ready.");
  facts.lag_records = 5;
  EXPECT_EQ(JudgeQuery(facts).sentence, "Well: the first batch is under way.");
}

TEST(Headline, OfTheStates) {
  EXPECT_EQ(JudgeQuery(InState(RunState::kStarting)).code, "starting");
  EXPECT_EQ(JudgeQuery(InState(RunState::kStopping)).code, "stopping");
  const Headline stopped = JudgeQuery(InState(RunState::kStopped));
  EXPECT_EQ(stopped.sentence, "Stopped at a batch boundary; the table is at version 7.");
  EXPECT_EQ(stopped.level, Level::kNote);
}

TEST(Headline, OfAMissingTopic) {
  QueryFacts facts =
      InState(RunState::kWaiting, "KAFKA_TOPIC_MISSING", "Create it, or correct source.subscribe.");
  Headline top = JudgeQuery(facts);
  EXPECT_EQ(top.level, Level::kBad);
  EXPECT_EQ(top.sentence, "Topic dev_topic is missing in Kafka.");
  EXPECT_EQ(top.detail, "Create it, or correct source.subscribe.");
  EXPECT_EQ(top.runbook, "SparkStreamingSourceTopicMissing");
  facts.topics = {"a", "b", "c", "d", "e"};
  EXPECT_EQ(JudgeQuery(facts).sentence, "Topics a, b, c and 2 more are missing in Kafka.");
}

TEST(Headline, OfOtherTroubles) {
  EXPECT_EQ(JudgeQuery(InState(RunState::kWaiting, "NO_SPACE")).sentence, "The disk is full.");
  const Headline unknown = JudgeQuery(InState(RunState::kWaiting, "NEW_CODE", "what happened"));
  EXPECT_EQ(unknown.sentence, "The query cannot go on and tries again.");
  EXPECT_EQ(unknown.detail, "what happened");
  const Headline failed = JudgeQuery(InState(RunState::kFailed, "NEW_CODE", "what happened"));
  EXPECT_EQ(failed.sentence, "The query has failed.");
  EXPECT_EQ(failed.runbook, "SparkStreamingDown");
}

TEST(Headline, OfAQueryThatIsBehind) {
  QueryFacts facts = Running();
  facts.lag_records = 120'000;
  facts.lag_seconds = 90;
  facts.committed_per_second = 1500;
  facts.arriving_per_second = 500;
  Headline top = JudgeQuery(facts);
  EXPECT_EQ(top.level, Level::kWarning);
  EXPECT_EQ(top.sentence, "Behind: 120,000 records wait, the oldest for 90 s.");
  EXPECT_EQ(top.detail, "At the present rate it catches up in about 2 min.");
  facts.arriving_per_second = 1500;
  EXPECT_EQ(JudgeQuery(facts).detail, "At the present rate it does not catch up.");
  facts.lag_seconds = 59;
  EXPECT_EQ(JudgeQuery(facts).level, Level::kGood);
}

TEST(Headline, OfAQueryThatStands) {
  QueryFacts facts = Running();
  facts.lag_records = 3;
  facts.last_commit_ms = kNow - 301'000;
  EXPECT_EQ(JudgeQuery(facts).sentence,
            "Stuck: 3 records wait, and nothing was committed for 5 min.");
  facts.lag_records = 0;
  EXPECT_NE(JudgeQuery(facts).code, "stuck");
  facts.lag_records = 3;
  facts.last_commit_ms = -1;
  facts.started_ms = kNow - 100'000;  // has only just begun
  EXPECT_NE(JudgeQuery(facts).code, "stuck");
}

TEST(Headline, ALongTriggerIsNoTrouble) {
  QueryFacts facts = Running();
  facts.trigger_seconds = 600;
  facts.lag_records = 3;
  facts.lag_seconds = 1790;
  facts.last_commit_ms = kNow - 1'790'000;
  EXPECT_EQ(JudgeQuery(facts).level, Level::kGood);
  facts.lag_seconds = 1810;
  EXPECT_EQ(JudgeQuery(facts).code, "behind");
  facts.last_commit_ms = kNow - 1'810'000;
  EXPECT_EQ(JudgeQuery(facts).code, "stuck");
}

TEST(Headline, OfBadRecords) {
  QueryFacts facts = Running();
  facts.bad_records = 10;
  EXPECT_EQ(JudgeQuery(facts).level, Level::kGood);  // one in a hundred
  facts.bad_records = 15;
  EXPECT_EQ(JudgeQuery(facts).level, Level::kWarning);
  EXPECT_THAT(JudgeQuery(facts).sentence, HasSubstr("1.5 % of the records"));
  facts.unmatched_records = 600;
  EXPECT_EQ(JudgeQuery(facts).code, "mostly_bad");
  EXPECT_EQ(JudgeQuery(facts).level, Level::kBad);
  facts.records = 0;
  EXPECT_EQ(JudgeQuery(facts).level, Level::kGood);
}

TEST(Headline, TheWorstComesFirst) {
  QueryFacts facts = Running();
  facts.bad_records = 20;
  facts.failed_batches = 3;
  EXPECT_EQ(JudgeQuery(facts).code, "some_bad");
  facts.lag_records = 1000;
  facts.lag_seconds = 100;
  EXPECT_EQ(JudgeQuery(facts).code, "behind");
  facts.bad_records = 900;
  EXPECT_EQ(JudgeQuery(facts).code, "mostly_bad");
  facts.lost_records = 1;
  EXPECT_EQ(JudgeQuery(facts).sentence,
            "Data loss: 1 record was gone from Kafka before the query read it.");
  facts.state = {kNow, RunState::kWaiting, "KAFKA_UNREACHABLE", ""};
  EXPECT_EQ(JudgeQuery(facts).sentence, "No Kafka broker answers.");
}

}  // namespace
}  // namespace sluice::page
