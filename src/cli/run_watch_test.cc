// SPDX-License-Identifier: Apache-2.0
#include "cli/run_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cli/demo_config.h"
#include "cli/exit_code.h"
#include "core/testing/source_dir.h"

namespace sluice::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ManualClock : public Clock {
 public:
  int64_t NowMs() const override { return 1700000000000; }
  std::chrono::nanoseconds Monotonic() const override { return now; }
  bool SleepFor(std::chrono::nanoseconds, const std::stop_token&) override { return true; }
  std::chrono::nanoseconds now{0};
};

class RunWatchTest : public ::testing::Test {
 protected:
  static stream::Progress Batch(int64_t number) {
    stream::Progress progress;
    progress.batch = BatchId{number};
    progress.version = TableVersion{number + 1};
    progress.records = 10;
    progress.rows = 1000;
    progress.files = 2;
    progress.file_bytes = 5000;
    progress.newest_record_ms = 1700000000000;
    progress.committed_at_ms = 1700000000400;
    progress.duration_ms = {{"triggerExecution", 300}};
    progress.remaining = 40;
    progress.cpu_seconds = {{"decode", 0.25}, {"fetch", 0.5}};
    progress.json = R"({"batchId":)" + std::to_string(number) + "}";
    progress.source.start = {{{"buses", PartitionId{0}}, Offset{5}},
                             {{"idle", PartitionId{0}}, Offset{7}}};
    progress.source.end = {{{"buses", PartitionId{0}}, Offset{15}},
                           {{"idle", PartitionId{0}}, Offset{7}}};
    return progress;
  }

  ManualClock clock_;
  std::vector<std::string> lines_;
  monitor::QueryMetrics metrics_{
      {.query = "q", .reject_reasons = RejectReasons(), .topics = {"buses"}}, clock_};
  monitor::Health health_{{}, clock_};
  monitor::Log log_{{.json = true, .query = "q"}, clock_, [this](std::string_view line) {
                      lines_.emplace_back(line);
                    }};
  RunWatch watch_{metrics_, health_, log_, clock_};
};

TEST_F(RunWatchTest, ABatchIsOneLineAndCounted) {
  clock_.now = std::chrono::seconds(2);
  watch_.OnProgress(Batch(7));
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_THAT(
      lines_[0],
      HasSubstr(
          R"("event":"batch","message":"batch 7 committed as version 8: 10 records, 1,000 rows","query":"q",)"
          R"("batch":7,"version":8,"records":10,"rows":1000,"files":2,"file_bytes":5000,"duration_ms":300,"freshness_ms":400,"remaining":40,)"
          R"("cpu_seconds":{"decode":0.25,"fetch":0.5},"progress":{"batchId":7}})"));
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("spark_streaming_processed_records_total{query=\"q\"} 10\n"));
  const RunStatus status = watch_.status();
  EXPECT_EQ(status.rows, 1000);
  EXPECT_EQ(status.table_version, 8);
  EXPECT_DOUBLE_EQ(*status.freshness_seconds, 0.4);
  EXPECT_DOUBLE_EQ(status.rows_per_second, 500);
  EXPECT_EQ(status.remaining, 40);
}

TEST_F(RunWatchTest, TheRateForgetsWhatIsLongAgo) {
  watch_.OnProgress(Batch(0));
  clock_.now = std::chrono::seconds(60);
  EXPECT_EQ(watch_.status().rows_per_second, 0);
  watch_.OnProgress(Batch(1));
  EXPECT_DOUBLE_EQ(watch_.status().rows_per_second, 100);
  EXPECT_EQ(watch_.totals().rows, 2000);
}

TEST_F(RunWatchTest, BadRecordsAreToldWithTheirReasons) {
  stream::Progress progress = Batch(3);
  progress.rejects = 4;
  progress.rejects_by_reason = {{RejectReasons()[0], 3}, {RejectReasons()[1], 1}};
  watch_.OnProgress(progress);
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_THAT(lines_[1], HasSubstr("batch 3: 4 of 10 records of topic buses are not the JSON that "
                                   "the schema says (3 " +
                                   RejectReasons()[0]));
  EXPECT_THAT(metrics_.Text(), HasSubstr("reason=\"" + RejectReasons()[0] + "\"} 3\n"));
}

TEST_F(RunWatchTest, RecordsOfAnotherJsonAreToldAtOnceAndThenRarely) {
  const auto batch = [&](int64_t number, int64_t unmatched) {
    stream::Progress progress = Batch(number);
    progress.unmatched = unmatched;
    lines_.clear();
    watch_.OnProgress(progress);
    return lines_.size() - 1;  // beside the batch's own line
  };
  EXPECT_EQ(batch(0, 4), 0u) << "a minority";
  EXPECT_THAT(lines_[0], HasSubstr("\"unmatched\":4"));
  EXPECT_EQ(batch(1, 10), 1u);
  EXPECT_THAT(lines_[1], HasSubstr(R"("level":"warn","event":"unmatched_records")"));
  EXPECT_THAT(lines_[1], HasSubstr("batch 1: 10 of 10 records of topic buses hold none of the keys "
                                   "that decode.schema declares"));
  EXPECT_THAT(lines_[1], HasSubstr("In this run so far: 14"));
  clock_.now += std::chrono::seconds(59);
  EXPECT_EQ(batch(2, 10), 0u);
  clock_.now += std::chrono::seconds(1);
  EXPECT_EQ(batch(3, 10), 1u);
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("spark_streaming_unmatched_records_total{query=\"q\"} 34\n"));
  EXPECT_EQ(watch_.totals().unmatched, 34);
}

TEST_F(RunWatchTest, ManyTopicsAreCutShort) {
  stream::Progress progress = Batch(0);
  for (const char* topic : {"a", "b", "c", "d"})
    progress.source.end[{topic, PartitionId{0}}] = Offset{1};
  progress.unmatched = 10;
  watch_.OnProgress(progress);
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_THAT(lines_[1], HasSubstr("of topics a, b, buses and 2 more hold none"));
}

TEST_F(RunWatchTest, WaitingIsNotReadyAndSaysWhy) {
  EXPECT_FALSE(health_.started().ok);
  watch_.OnStarted("id", "run");
  EXPECT_TRUE(health_.started().ok);
  watch_.OnPosition({{{"buses", PartitionId{0}}, Offset{5}}});
  watch_.OnState(stream::QueryState::kRunning, Status::Ok());
  EXPECT_TRUE(health_.ready().ok);
  watch_.OnState(stream::QueryState::kWaiting,
                 Status::Retry("KAFKA_TOPIC_MISSING", "topic t does not exist"));
  const monitor::Probe probe = health_.ready();
  EXPECT_FALSE(probe.ok);
  EXPECT_EQ(probe.checks[0].detail, "waiting: topic t does not exist");
  EXPECT_EQ(probe.checks[1].name, "kafka");
  EXPECT_FALSE(probe.checks[1].ok);
  EXPECT_TRUE(probe.checks[2].ok) << "the table is open";
  EXPECT_EQ(watch_.status().state, "waiting: KAFKA_TOPIC_MISSING");
  EXPECT_THAT(metrics_.Text(), HasSubstr("state=\"retrying\"} 1\n"));
  EXPECT_THAT(lines_.back(), HasSubstr(R"("level":"warn")"));
}

TEST_F(RunWatchTest, ABatchThatDoesNotMoveIsNoLife) {
  watch_.OnState(stream::QueryState::kRunning, Status::Ok());
  watch_.OnPlanned({BatchId{0}, 10, 0});
  clock_.now = std::chrono::minutes(4);
  watch_.OnReading({BatchId{0}, 5});
  clock_.now = std::chrono::minutes(9);
  EXPECT_TRUE(health_.alive().ok);
  clock_.now = std::chrono::minutes(10);
  EXPECT_FALSE(health_.alive().ok);
  watch_.OnTrouble({"NO_SPACE", true});
  EXPECT_TRUE(health_.alive().ok) << "it tries";
}

TEST_F(RunWatchTest, IdleMeansCaughtUp) {
  watch_.OnProgress(Batch(0));
  watch_.OnIdle({0, "{}"});
  EXPECT_EQ(watch_.status().remaining, 0);
}

TEST_F(RunWatchTest, AnIdleQueryThatWaitsForMoreIsNotCaughtUp) {
  watch_.OnProgress(Batch(0));
  watch_.OnIdle({7, "{}"});
  EXPECT_EQ(watch_.status().remaining, 7);
}

// One batch that holds the whole topic: what is left is known long before its commit.
TEST_F(RunWatchTest, ADrainIsMeasuredFromTheFirstSecond) {
  clock_.now = std::chrono::seconds(5);
  watch_.OnPlanned({BatchId{0}, 1000, 0});
  EXPECT_EQ(watch_.status().remaining, 1000);
  clock_.now = std::chrono::seconds(7);
  watch_.OnReading({BatchId{0}, 250});
  const RunStatus status = watch_.status();
  EXPECT_EQ(status.read, 250);
  EXPECT_EQ(status.uncommitted, 250);
  EXPECT_EQ(status.remaining, 750);
  EXPECT_EQ(status.draining_seconds, 2) << "the wait for the broker is no part of the estimate";
  stream::Progress progress = Batch(0);
  progress.records = 1000;
  progress.remaining = 0;
  watch_.OnProgress(progress);
  EXPECT_EQ(watch_.status().uncommitted, 0);
  EXPECT_EQ(watch_.status().remaining, 0);
}

TEST_F(RunWatchTest, WhatTheQuerySaysReachesTheMetrics) {
  watch_.OnPosition({{{"buses", PartitionId{0}}, Offset{5}}});
  watch_.OnTrigger(1700000000500);
  watch_.OnPlanned({BatchId{0}, 10, 0});
  watch_.OnReading({BatchId{0}, 4});
  watch_.OnTrouble({"NO_SPACE", true});
  watch_.OnTrouble({"KAFKA_UNREACHABLE", false});
  watch_.OnCommitTry({2, 1});
  for (const char* sample : {
           "source_committed_offset{partition=\"0\",query=\"q\",topic=\"buses\"} 5\n",
           "last_trigger_timestamp_seconds{query=\"q\"} 1700000000.5\n",
           "buffered_records{query=\"q\"} 4\n",
           "errors_total{kind=\"no_space\",query=\"q\",stage=\"storage\"} 1\n",
           "errors_total{kind=\"unreachable\",query=\"q\",stage=\"kafka\"} 1\n",
           "batches_total{query=\"q\",result=\"failed\"} 1\n",
           "commit_attempts_total{query=\"q\"} 2\n",
           "commit_conflicts_total{query=\"q\"} 1\n",
       }) {
    EXPECT_THAT(metrics_.Text(), HasSubstr(std::string("\nspark_streaming_") + sample));
  }
  stream::Progress progress = Batch(0);
  progress.inputs = {{{"buses", PartitionId{0}}, {10, 990, 1700000000000}}};
  progress.latencies = {{400, 10}};
  progress.file_sizes = {2000, 3000};
  progress.phase_seconds = {{"decode", 0.1}};
  watch_.OnProgress(progress);
  for (const char* sample : {
           "source_committed_offset{partition=\"0\",query=\"q\",topic=\"buses\"} 15\n",
           "buffered_records{query=\"q\"} 0\n",
           "input_bytes_total{query=\"q\",topic=\"buses\"} 990\n",
           "end_to_end_latency_seconds_bucket{query=\"q\",le=\"0.5\"} 10\n",
           "output_bytes_total{query=\"q\"} 5000\n",
           "batch_phase_duration_seconds_count{phase=\"decode\",query=\"q\"} 1\n",
       }) {
    EXPECT_THAT(metrics_.Text(), HasSubstr(std::string("\nspark_streaming_") + sample));
  }
}

TEST_F(RunWatchTest, AWarningIsOneLine) {
  watch_.OnWarning({"TABLE", "slow"});
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_THAT(lines_[0],
              HasSubstr(R"("event":"warning","message":"slow","query":"q","code":"TABLE"})"));
}

TEST_F(RunWatchTest, LostRecordsAreCounted) {
  watch_.OnWarning({"KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE", "[10, 40) of t-0", 30,
                    TopicPartition{"buses", PartitionId{0}}});
  watch_.OnWarning({"KAFKA_DATA_LOSS.PARTITIONS_DELETED", "t-1"});
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("spark_streaming_source_skipped_offsets_total{partition=\"0\",query=\"q\","
                        "topic=\"buses\"} 30\n"));
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("errors_total{kind=\"data_loss\",query=\"q\",stage=\"kafka\"} 2\n"));
  EXPECT_THAT(lines_[0], HasSubstr(R"("records_lost":30})"));
  EXPECT_THAT(lines_[1], Not(HasSubstr("records_lost")));
}

TEST(RunWatchTextLog, ShowsTheReportAtDebugOnly) {
  ManualClock clock;
  monitor::QueryMetrics metrics({.query = "q"});
  monitor::Health health{{}, clock};
  std::vector<std::string> lines;
  monitor::Log log({.level = monitor::LogLevel::kDebug, .query = "q"}, clock,
                   [&](std::string_view line) { lines.emplace_back(line); });
  RunWatch watch(metrics, health, log, clock);
  stream::Progress progress;
  progress.json = R"({"batchId":0})";
  watch.OnProgress(progress);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], Not(HasSubstr("batchId")));
  EXPECT_THAT(lines[1], HasSubstr(R"(DEBUG {"batchId":0})"));
}

TEST_F(RunWatchTest, AFailureIsToldOnce) {
  const Status failure = Status::Stop("KAFKA_DATA_LOSS", "offsets [5, 9) of t-0 are gone");
  watch_.OnState(stream::QueryState::kFailed, failure);
  watch_.OnTerminated(failure);
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_THAT(
      lines_[0],
      HasSubstr(
          R"("level":"error","event":"query_failed","message":"offsets [5, 9) of t-0 are gone","query":"q","code":"KAFKA_DATA_LOSS")"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("result=\"failed\"} 1\n"));
}

TEST_F(RunWatchTest, AStopOnRequestIsNoFailure) {
  watch_.OnTerminated(Status::Cancelled());
  EXPECT_THAT(metrics_.Text(), HasSubstr("result=\"failed\"} 0\n"));
}

TEST(ExitCode, FollowsTheKindOfTheError) {
  EXPECT_EQ(ExitCodeOf(Status::Ok()), 0);
  EXPECT_EQ(ExitCodeOf(Status::Cancelled()), 0);
  EXPECT_EQ(ExitCodeOf(Status::Stop("KAFKA_DATA_LOSS", "x")), 1);
  EXPECT_EQ(ExitCodeOf(Status::Retry("NO_SPACE", "x")), 1);
  EXPECT_EQ(ExitCodeOf(Status::Exit("CONFIG", "x")), 2);
  EXPECT_EQ(ExitCodeOf(Status::Stop("FENCED", "x")), 3);
  EXPECT_EQ(ExitCodeOf(Status::Stop("CHECKPOINT.IN_USE", "x")), 3);
}

TEST(DemoConfig, IsTheShippedFileWordForWord) {
  std::ifstream in(SourceDir() / "config/config_demo.yaml");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(std::string(kDemoConfig), text);
}

}  // namespace
}  // namespace sluice::cli
