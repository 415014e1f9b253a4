// SPDX-License-Identifier: Apache-2.0
#include "page/query_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sluice::page {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr int64_t kStart = 1'700'000'000'000;

class QueryBoardTest : public ::testing::Test {
 protected:
  static QueryInfo Info() {
    QueryInfo info;
    info.program = "Sluice 1";
    info.name = "q";
    info.topics = {"t"};
    info.table = "data/t";
    info.trigger = "every 1 s";
    info.trigger_seconds = 1;
    info.started_ms = kStart;
    info.config = {{"source.subscribe", "t", "config.yaml:3"}};
    return info;
  }
  // A batch of 10 records in 20 rows.
  static BatchDone Batch(int64_t id, int64_t at_ms) {
    BatchDone batch;
    batch.id = id;
    batch.triggered_at_ms = at_ms - 200;
    batch.committed_at_ms = at_ms;
    batch.seconds = 0.2;
    batch.records = 10;
    batch.rows = 20;
    batch.files = 1;
    batch.file_bytes = 1000;
    batch.version = id + 5;
    batch.newest_record_ms = at_ms - 1000;
    batch.phase_seconds = {{"poll", 0.05}, {"commit", 0.1}};
    batch.ranges = {{"t", 0, id * 10, id * 10 + 10}};
    return batch;
  }
  static StateChanged Running() { return {kStart, RunState::kRunning, "", ""}; }
  json Status(int64_t now_ms) { return json::parse(board_.Snapshot(now_ms, "run-1")); }
  // The events of a turn by name.
  std::vector<std::string> Turn(int64_t now_ms) {
    std::vector<std::string> names;
    last_ = board_.Turn(now_ms);
    for (const Outgoing& event : last_) names.push_back(event.name);
    return names;
  }
  json Event(const std::string& name) {
    const auto found = std::ranges::find(last_, name, &Outgoing::name);
    return found == last_.end() ? json() : json::parse(found->json);
  }

  Inbox<QueryEvent> events_;
  Inbox<LogRow> log_;
  QueryBoard board_{Info(), events_, log_};
  std::vector<Outgoing> last_;
};

TEST_F(QueryBoardTest, BeforeAnythingHappens) {
  EXPECT_THAT(Turn(kStart), ElementsAre("sample"));
  const json status = Status(kStart);
  EXPECT_EQ(status["kind"], "query");
  EXPECT_EQ(status["headline"]["code"], "starting");
  EXPECT_EQ(status["query"]["name"], "q");
  EXPECT_EQ(status["query"]["trigger_seconds"], 1);
  EXPECT_TRUE(status["now"]["age"].is_null());
  EXPECT_EQ(status["totals"]["records"], 0);
  EXPECT_TRUE(status["batches"].empty());
  EXPECT_EQ(status["config"][0]["origin"], "config.yaml:3");
  EXPECT_EQ(status["seq"], "run-1");
}

TEST_F(QueryBoardTest, ABatchIsCountedAndTold) {
  events_.Put(RunStarted{"id-1", "run-1"});
  events_.Put(Running());
  events_.Put(Batch(0, kStart + 900));
  EXPECT_THAT(Turn(kStart + 1000), ElementsAre("batch", "state", "sample"));
  EXPECT_EQ(Event("batch")["batch"]["id"], 0);
  EXPECT_EQ(Event("batch")["totals"]["rows"], 20);
  EXPECT_EQ(Event("state")["headline"]["code"], "well");
  const json status = Status(kStart + 1000);
  EXPECT_EQ(status["query"]["run_id"], "run-1");
  EXPECT_EQ(status["totals"]["records"], 10);
  EXPECT_EQ(status["totals"]["bytes"], 1000);
  EXPECT_EQ(status["now"]["rows"], 20);
  EXPECT_EQ(status["now"]["age"], 1.1);
  EXPECT_EQ(status["now"]["commit_age"], 0.1);
  const json& batch = status["batches"][0];
  EXPECT_EQ(batch["phases"]["commit"], 0.1);
  EXPECT_EQ(batch["result"], "committed");
  EXPECT_EQ(batch["ranges"][0], json::parse(R"(["t", 0, 0, 10])"));
}

TEST_F(QueryBoardTest, KeepsTheNewestHundredBatches) {
  for (int64_t id = 0; id < 150; ++id) events_.Put(Batch(id, kStart + id * 10));
  Turn(kStart + 2000);
  const json batches = Status(kStart + 2000)["batches"];
  ASSERT_EQ(batches.size(), 100);
  EXPECT_EQ(batches[0]["id"], 149);
  EXPECT_EQ(batches[99]["id"], 50);
  EXPECT_EQ(Status(kStart + 2000)["totals"]["batches"], 150);
}

TEST_F(QueryBoardTest, VersionsOfOthersInBetweenAreSeen) {
  BatchDone later = Batch(1, kStart + 200);
  later.version = 9;
  events_.Put(Batch(0, kStart + 100));  // version 5
  events_.Put(later);
  Turn(kStart + 1000);
  const json batches = Status(kStart + 1000)["batches"];
  EXPECT_EQ(batches[0]["foreign"], 3);
  EXPECT_EQ(batches[1]["foreign"], 0);
}

TEST_F(QueryBoardTest, ResultsOfBatches) {
  BatchDone empty = Batch(0, kStart + 100);
  empty.records = 0;
  BatchDone skipped = Batch(1, kStart + 200);
  skipped.skipped = true;
  events_.Put(empty);
  events_.Put(skipped);
  Turn(kStart + 1000);
  const json batches = Status(kStart + 1000)["batches"];
  EXPECT_EQ(batches[0]["result"], "skipped");
  EXPECT_EQ(batches[1]["result"], "empty");
}

TEST_F(QueryBoardTest, SamplesComeOnceASecond) {
  EXPECT_THAT(Turn(kStart), Contains("sample"));
  EXPECT_THAT(Turn(kStart + 200), Not(Contains("sample")));
  EXPECT_THAT(Turn(kStart + 1000), Contains("sample"));
  EXPECT_EQ(Event("sample")["point"]["t"], kStart / 1000 + 1);
  EXPECT_EQ(Status(kStart + 1000)["history"]["fine"]["t"].size(), 2);
}

TEST_F(QueryBoardTest, LagComesFromWhatIsInKafka) {
  BatchDone batch = Batch(0, kStart);
  batch.remaining = 700;
  events_.Put(Running());
  events_.Put(batch);
  Turn(kStart + 100);
  EXPECT_EQ(Status(kStart + 100)["now"]["lag_records"], 700);  // nobody has looked at Kafka yet
  events_.Put(PositionsSeen{kStart + 200, {{"t", 0, 100, 90, 10, 2.5}, {"t", 1, 50, 50, 0, 0}}});
  Turn(kStart + 1000);
  EXPECT_EQ(Status(kStart + 1000)["now"]["lag_records"], 10);
  EXPECT_EQ(Status(kStart + 1000)["now"]["lag_seconds"], 2.5);
}

TEST_F(QueryBoardTest, PartitionsWorstFirst) {
  events_.Put(
      PositionsSeen{kStart, {{"t", 0, 9, 9, 0, 0}, {"t", 1, 9, 0, 9, 1}, {"t", 2, 9, 8, 1, 30}}});
  Turn(kStart + 100);
  const json rows = Status(kStart + 100)["partitions"];
  ASSERT_EQ(rows.size(), 3);
  EXPECT_EQ(rows[0]["partition"], 2);
  EXPECT_EQ(rows[1]["partition"], 1);
  EXPECT_EQ(rows[2]["partition"], 0);
}

TEST_F(QueryBoardTest, TooManyPartitionsAreSummedByTopic) {
  PositionsSeen seen{kStart, {}};
  for (int32_t p = 0; p < 300; ++p) seen.rows.push_back({"t", p, 10, 8, 2, static_cast<double>(p)});
  events_.Put(seen);
  Turn(kStart + 100);
  const json status = Status(kStart + 100);
  EXPECT_EQ(status["partition_count"], 300);
  ASSERT_EQ(status["partitions"].size(), 1);
  const json& row = status["partitions"][0];
  EXPECT_TRUE(row["partition"].is_null());
  EXPECT_EQ(row["partitions"], 300);
  EXPECT_EQ(row["lag_records"], 600);
  EXPECT_EQ(row["lag_seconds"], 299);
}

TEST_F(QueryBoardTest, WhatArrivesIsARate) {
  for (int64_t s = 0; s <= 20; ++s)
    events_.Put(PositionsSeen{kStart + s * 1000, {{"t", 0, 1000 + s * 40, 0, 0, 0}}});
  Turn(kStart + 20'000);
  EXPECT_NEAR(Status(kStart + 20'000)["now"]["arriving"].get<double>(), 40, 5);
  EXPECT_NEAR(Status(kStart + 20'000)["partitions"][0]["arriving"].get<double>(), 40, 1);
}

TEST_F(QueryBoardTest, BadRecordsWithTheirNewestSamples) {
  for (int64_t id = 0; id < 3; ++id) {
    BatchDone batch = Batch(id, kStart + id * 100);
    batch.bad = {{"not_json", 3}, {"field_type", 0}};
    for (int64_t i = 0; i < 3; ++i)
      batch.samples.push_back({"not_json", "t", 0, id * 10 + i, "why", "<img onerror>", 13});
    events_.Put(batch);
  }
  EXPECT_THAT(Turn(kStart + 1000), Contains("trouble"));
  const json bad = Event("trouble")["bad"];
  ASSERT_EQ(bad.size(), 1);
  EXPECT_EQ(bad[0]["kind"], "not_json");
  EXPECT_EQ(bad[0]["count"], 9);
  ASSERT_EQ(bad[0]["samples"].size(), 5);
  EXPECT_EQ(bad[0]["samples"][0]["offset"], 22);
  EXPECT_EQ(bad[0]["samples"][0]["payload"], "<img onerror>");
  EXPECT_EQ(bad[0]["samples"][0]["cut"], false);
  EXPECT_EQ(Status(kStart + 1000)["totals"]["bad"], 9);
  EXPECT_THAT(Turn(kStart + 2000), Not(Contains("trouble")));
}

TEST_F(QueryBoardTest, PayloadsOfAnyBytes) {
  BatchDone batch = Batch(0, kStart);
  batch.bad = {{"not_json", 1}};
  batch.samples.push_back({"not_json", "t", 0, 1, "\xFF in the detail", "\xFF\xFE", 5000});
  events_.Put(batch);
  Turn(kStart + 1000);
  const json sample = Status(kStart + 1000)["bad"][0]["samples"][0];
  EXPECT_EQ(sample["encoding"], "base64");
  EXPECT_EQ(sample["payload"], "//4=");
  EXPECT_EQ(sample["cut"], true);
}

TEST_F(QueryBoardTest, TheLogIsAppendedAndCapped) {
  for (int i = 0; i < 300; ++i) log_.Put({kStart + i, "info", "line " + std::to_string(i), ""});
  Turn(kStart + 1000);
  EXPECT_EQ(Event("sample")["log"].size(), 200);
  EXPECT_EQ(Status(kStart + 1000)["log"].size(), 200);
  EXPECT_EQ(Status(kStart + 1000)["log"][199]["message"], "line 299");
  log_.Put({kStart, "warn", "one more", "a=1"});
  Turn(kStart + 2000);
  EXPECT_EQ(Event("sample")["log"].size(), 1);
  EXPECT_EQ(Event("sample")["log"][0]["fields"], "a=1");
}

TEST_F(QueryBoardTest, TriesAndLossesAreCounted) {
  events_.Put(CommitTried{3, 2});
  events_.Put(Troubled{kStart, true});
  events_.Put(Troubled{kStart, false});
  events_.Put(Warned{kStart, "LOST", "gone", 42});
  events_.Put(Running());
  Turn(kStart + 100);
  const json status = Status(kStart + 100);
  EXPECT_EQ(status["totals"]["commit_attempts"], 3);
  EXPECT_EQ(status["totals"]["commit_conflicts"], 2);
  EXPECT_EQ(status["totals"]["failed_batches"], 1);
  EXPECT_EQ(status["totals"]["lost"], 42);
  EXPECT_EQ(status["headline"]["code"], "data_loss");
  EXPECT_EQ(status["warnings"][0]["message"], "gone");
}

TEST_F(QueryBoardTest, WhatWasDroppedIsSaid) {
  Inbox<QueryEvent> small(1);
  QueryBoard board(Info(), small, log_);
  small.Put(Running());
  small.Put(Batch(0, kStart));
  board.Turn(kStart + 1000);
  EXPECT_EQ(json::parse(board.Snapshot(kStart, ""))["totals"]["updates_dropped"], 1);
}

TEST_F(QueryBoardTest, UsageOfTheMachine) {
  events_.Put(ResourcesSeen{kStart, 10, 100});
  events_.Put(ResourcesSeen{kStart + 2000, 13, 200});
  Turn(kStart + 2000);
  EXPECT_EQ(Status(kStart + 2000)["now"]["cpu"], 1.5);
  EXPECT_EQ(Status(kStart + 2000)["now"]["memory_bytes"], 200);
}

TEST_F(QueryBoardTest, GoesOnWhenTheClockIsSetBack) {
  constexpr int64_t kAhead = 7200'000;
  events_.Put(ResourcesSeen{kStart + kAhead, 10, 100});
  EXPECT_THAT(Turn(kStart + kAhead), Contains("sample"));
  events_.Put(ResourcesSeen{kStart, 11, 150});
  EXPECT_THAT(Turn(kStart), Contains("sample"));
  EXPECT_EQ(Event("sample")["point"]["t"], kStart / 1000);
  events_.Put(ResourcesSeen{kStart + 1000, 12, 200});
  EXPECT_THAT(Turn(kStart + 1000), Contains("sample"));
  EXPECT_EQ(Status(kStart + 1000)["now"]["cpu"], 1.0);
  EXPECT_EQ(Status(kStart + 1000)["history"]["fine"]["t"].size(), 2);
}

TEST_F(QueryBoardTest, ASummaryForReadersWithoutScript) {
  events_.Put(Running());
  events_.Put(Batch(0, kStart));
  Turn(kStart + 1000);
  std::vector<std::string> labels;
  for (const SummaryLine& line : board_.Summary()) labels.push_back(line.label + ": " + line.value);
  EXPECT_THAT(labels, Contains("Rows since the start: 20"));
  EXPECT_THAT(labels, Contains("Table version: 5"));
  EXPECT_THAT(labels, Contains("State: running"));
}

}  // namespace
}  // namespace sluice::page
