// SPDX-License-Identifier: Apache-2.0
#include "monitor/query_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace sluice::monitor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const TopicPartition kPartition{"t", PartitionId{0}};

BatchNumbers Batch() {
  BatchNumbers batch;
  batch.records = 1000;
  batch.rows = 900;
  batch.inputs = {{kPartition, {1000, 330000, 1700000000000}}};
  batch.end = {{kPartition, Offset{1000}}};
  batch.file_sizes = {1024, 3072};
  batch.latencies = {{90, 400}, {200, 599}, {7200000, 1}};
  batch.phase_seconds = {{"decode", 0.02}, {"commit", 3}, {"tea", 1}};
  batch.rejects = {{"not_json", 3}, {"odd", 1}};
  batch.kept_rejects = 4;
  batch.unmatched = 5;
  batch.duration_seconds = 0.3;
  batch.table_version = 7;
  batch.newest_record_ms = 1700000000000;
  batch.committed_at_ms = 1700000000200;
  return batch;
}

QueryMetricsOptions Options() {
  return {.query = "q",
          .reject_reasons = {"not_json", "field_type"},
          .topics = {"t"},
          .disk_paths = {"/data/table"},
          .memory_limit_bytes = 1000};
}

// "name{labels}" of every sample.
std::set<std::string> SeriesOf(const std::string& text) {
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) names.insert(line.substr(0, line.rfind(' ')));
  }
  return names;
}

// What only a topic or partition that is known has.
bool IsOfPartition(const std::string& series) {
  return series.find("partition=") != std::string::npos;
}

TEST(QueryMetrics, EverySeriesIsThereAtZeroBeforeTheFirstBatch) {
  QueryMetrics metrics(Options());
  const std::string text = metrics.Text();
  for (const char* sample : {
           "processed_records_total{query=\"q\"} 0\n",
           "input_records_total{query=\"q\",topic=\"t\"} 0\n",
           "input_bytes_total{query=\"q\",topic=\"t\"} 0\n",
           "source_topic_available{query=\"q\",topic=\"t\"} 0\n",
           "output_rows_total{query=\"q\"} 0\n",
           "bad_records_total{query=\"q\",reason=\"field_type\"} 0\n",
           "bad_records_total{query=\"q\",reason=\"other\"} 0\n",
           "unmatched_records_total{query=\"q\"} 0\n",
           "dead_letter_records_total{query=\"q\"} 0\n",
           "source_rebalances_total{query=\"q\"} 0\n",
           "storage_requests_total{op=\"table_commit\",query=\"q\",result=\"error\"} 0\n",
           "storage_request_duration_seconds_count{op=\"data_files\",query=\"q\"} 0\n",
           "batches_total{query=\"q\",result=\"committed\"} 0\n",
           "batches_total{query=\"q\",result=\"failed\"} 0\n",
           "errors_total{kind=\"topic_missing\",query=\"q\",stage=\"kafka\"} 0\n",
           "errors_total{kind=\"other\",query=\"q\",stage=\"query\"} 0\n",
           "commit_attempts_total{query=\"q\"} 0\n",
           "commit_conflicts_total{query=\"q\"} 0\n",
           "query_state{query=\"q\",state=\"starting\"} 1\n",
           "query_state{query=\"q\",state=\"failed\"} 0\n",
           "batch_duration_seconds_count{query=\"q\"} 0\n",
           "batch_phase_duration_seconds_count{phase=\"upload\",query=\"q\"} 0\n",
           "end_to_end_latency_seconds_count{query=\"q\"} 0\n",
           "end_to_end_latency_seconds_bucket{query=\"q\",le=\"60\"} 0\n",
           "batch_records_count{query=\"q\"} 0\n",
           "output_file_size_bytes_count{query=\"q\"} 0\n",
           "stage_seconds_total{query=\"q\",stage=\"decode\",state=\"busy\"} 0\n",
           "stage_seconds_total{query=\"q\",stage=\"commit\",state=\"backpressured\"} 0\n",
           "last_trigger_timestamp_seconds{query=\"q\"} 0\n",
           "last_commit_timestamp_seconds{query=\"q\"} 0\n",
           "committed_record_timestamp_seconds{query=\"q\"} 0\n",
           "table_version{query=\"q\"} 0\n",
           "table_files{query=\"q\"} 0\n",
           "table_size_bytes{query=\"q\"} 0\n",
           "buffered_records{query=\"q\"} 0\n",
           "buffered_bytes{query=\"q\"} 0\n",
           "memory_limit_bytes{query=\"q\"} 1000\n",
           "disk_free_bytes{path=\"/data/table\",query=\"q\"} 0\n",
           "log_messages_total{level=\"error\"} 0\n",
       }) {
    EXPECT_THAT(text, HasSubstr(std::string("\nspark_streaming_") + sample));
  }
  EXPECT_THAT(text, HasSubstr("# TYPE spark_streaming_processed_records_total counter\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE spark_streaming_source_lag_seconds gauge\n"));
}

TEST(QueryMetrics, NothingThatHappensMakesASeriesButThoseOfPartitions) {
  QueryMetrics metrics(Options());
  const std::set<std::string> before = SeriesOf(metrics.Text());
  metrics.BatchDone(Batch());
  metrics.BatchFailed();
  metrics.LogLine("warn");
  metrics.LogLine("odd");
  metrics.Trouble("KAFKA_UNREACHABLE");
  metrics.Trouble("NOBODY_KNOWS");
  metrics.CommitTried(2, 1);
  metrics.Stored("table_commit", false, 2);
  metrics.Stored("odd", true, 2);
  metrics.Triggered(1);
  metrics.SetState("odd");
  metrics.SetStages({{"decode", {1, 2, 3}}, {"odd", {}}});
  metrics.SetDisk("/elsewhere", 1, 2);
  metrics.SetTableSize(1, 2, 3);
  std::set<std::string> after = SeriesOf(metrics.Text());
  std::erase_if(after, IsOfPartition);
  EXPECT_EQ(after, before);
}

TEST(QueryMetrics, EachTryAtTheStorageIsCountedAndTimed) {
  QueryMetrics metrics(Options());
  metrics.Stored("offset_log", false, 0.3);
  metrics.Stored("offset_log", true, 0.002);
  const std::string text = metrics.Text();
  for (const char* sample :
       {"requests_total{op=\"offset_log\",query=\"q\",result=\"error\"} 1\n",
        "requests_total{op=\"offset_log\",query=\"q\",result=\"ok\"} 1\n",
        "request_duration_seconds_bucket{op=\"offset_log\",query=\"q\",le=\"0.0025\"} 1\n",
        "request_duration_seconds_count{op=\"offset_log\",query=\"q\"} 2\n"})
    EXPECT_THAT(text, HasSubstr(std::string("spark_streaming_storage_") + sample));
}

TEST(QueryMetrics, EventTimeIsThereOnlyWithAColumn) {
  const char* name = "spark_streaming_committed_event_timestamp_seconds";
  EXPECT_THAT(QueryMetrics(Options()).Text(), Not(HasSubstr(name)));
  QueryMetricsOptions options = Options();
  options.has_event_time = true;
  QueryMetrics metrics(options);
  EXPECT_THAT(metrics.Text(), HasSubstr(std::string(name) + "{query=\"q\"} 0\n"));
  BatchNumbers batch = Batch();
  batch.newest_event_seconds = 1'700'000'000.5;
  metrics.BatchDone(batch);
  batch.newest_event_seconds = 1'600'000'000;
  metrics.BatchDone(batch);
  EXPECT_THAT(metrics.Text(), HasSubstr(std::string(name) + "{query=\"q\"} 1700000000.5\n"));
}

TEST(QueryMetrics, CountsABatch) {
  QueryMetrics metrics(Options());
  metrics.BatchDone(Batch());
  metrics.BatchDone(Batch());
  const std::string text = metrics.Text();
  for (const char* sample : {
           "processed_records_total{query=\"q\"} 2000\n",
           "input_records_total{query=\"q\",topic=\"t\"} 2000\n",
           "input_bytes_total{query=\"q\",topic=\"t\"} 660000\n",
           "output_rows_total{query=\"q\"} 1800\n",
           "output_files_total{query=\"q\"} 4\n",
           "output_bytes_total{query=\"q\"} 8192\n",
           "bad_records_total{query=\"q\",reason=\"not_json\"} 6\n",
           "bad_records_total{query=\"q\",reason=\"other\"} 2\n",
           "unmatched_records_total{query=\"q\"} 10\n",
           "dead_letter_records_total{query=\"q\"} 8\n",
           "table_version{query=\"q\"} 7\n",
           "source_committed_offset{partition=\"0\",query=\"q\",topic=\"t\"} 1000\n",
           "batches_total{query=\"q\",result=\"committed\"} 2\n",
           "batch_records_bucket{query=\"q\",le=\"1000\"} 2\n",
           "batch_records_bucket{query=\"q\",le=\"100\"} 0\n",
           "last_commit_timestamp_seconds{query=\"q\"} 1700000000.2\n",
           "committed_record_timestamp_seconds{query=\"q\"} 1700000000\n",
           "batch_duration_seconds_bucket{query=\"q\",le=\"0.5\"} 2\n",
           "batch_duration_seconds_bucket{query=\"q\",le=\"0.25\"} 0\n",
           "output_file_size_bytes_bucket{query=\"q\",le=\"65536\"} 4\n",
       }) {
    EXPECT_THAT(text, HasSubstr(std::string("\nspark_streaming_") + sample));
  }
}

TEST(QueryMetrics, LatenciesFallIntoTheirBuckets) {
  QueryMetrics metrics(Options());
  metrics.BatchDone(Batch());
  const std::string text = metrics.Text();
  const std::string name = "\nspark_streaming_end_to_end_latency_seconds";
  EXPECT_THAT(text, HasSubstr(name + "_bucket{query=\"q\",le=\"0.1\"} 400\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{query=\"q\",le=\"0.25\"} 999\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{query=\"q\",le=\"3600\"} 999\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{query=\"q\",le=\"+Inf\"} 1000\n"));
  EXPECT_THAT(text, HasSubstr(name + "_count{query=\"q\"} 1000\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum{query=\"q\"} 7355.8"));
}

TEST(QueryMetrics, PhasesAreApart) {
  QueryMetrics metrics(Options());
  metrics.BatchDone(Batch());
  const std::string text = metrics.Text();
  const std::string name = "\nspark_streaming_batch_phase_duration_seconds";
  EXPECT_THAT(text, HasSubstr(name + "_sum{phase=\"decode\",query=\"q\"} 0.02\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{phase=\"commit\",query=\"q\",le=\"5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{phase=\"commit\",query=\"q\",le=\"2.5\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(name + "_count{phase=\"poll\",query=\"q\"} 0\n"));
}

TEST(QueryMetrics, StageSecondsNeverBecomeLess) {
  QueryMetrics metrics(Options());
  metrics.SetStages({{"write", {2.5, 7, 0}}});
  metrics.SetStages({{"write", {2, 8, 0}}});
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("stage=\"write\",state=\"busy\"} 2.5\n"));
  EXPECT_THAT(text, HasSubstr("stage=\"write\",state=\"idle\"} 8\n"));
}

TEST(QueryMetrics, TheTableIsWhatWasLookedUpAndWhatCameAfter) {
  QueryMetrics metrics(Options());
  metrics.BatchDone(Batch());  // version 7: 2 files
  metrics.SetTableSize(6, 100, 5000);
  EXPECT_THAT(metrics.Text(), HasSubstr("spark_streaming_table_files{query=\"q\"} 102\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("spark_streaming_table_size_bytes{query=\"q\"} 9096\n"));
  metrics.SetTableSize(7, 50, 6000);
  EXPECT_THAT(metrics.Text(), HasSubstr("spark_streaming_table_files{query=\"q\"} 50\n"));
}

TEST(QueryMetrics, ErrorsAndTriesAreCounted) {
  QueryMetrics metrics(Options());
  metrics.Trouble("NO_SPACE");
  metrics.Trouble("NO_SPACE");
  metrics.CommitTried(3, 2);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("errors_total{kind=\"no_space\",query=\"q\",stage=\"storage\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("commit_attempts_total{query=\"q\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("commit_conflicts_total{query=\"q\"} 2\n"));
}

TEST(QueryMetrics, ASkippedBatchCountsNoRecordsTwice) {
  QueryMetrics metrics(Options());
  BatchNumbers batch;
  batch.skipped = true;
  metrics.BatchDone(batch);
  EXPECT_THAT(metrics.Text(),
              HasSubstr("spark_streaming_batches_total{query=\"q\",result=\"skipped\"} 1\n"));
  EXPECT_THAT(metrics.Text(),
              HasSubstr("spark_streaming_processed_records_total{query=\"q\"} 0\n"));
}

TEST(QueryMetrics, OneStateAtATime) {
  QueryMetrics metrics(Options());
  metrics.SetState("running");
  EXPECT_THAT(metrics.Text(), HasSubstr("state=\"running\"} 1\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("state=\"starting\"} 0\n"));
}

TEST(QueryMetrics, KnowsItsProcess) {
  const std::string text = QueryMetrics(Options()).Text();
  EXPECT_THAT(text, HasSubstr("\nprocess_cpu_seconds_total "));
  EXPECT_THAT(text, Not(HasSubstr("\nprocess_resident_memory_bytes 0\n")));
  EXPECT_THAT(text, HasSubstr("\nprocess_start_time_seconds 1"));
  EXPECT_THAT(text, HasSubstr("\nspark_streaming_build_info{compiler=\""));
}

TEST(QueryMetrics, ANameWithQuotesStaysOneLabel) {
  EXPECT_THAT(QueryMetrics({.query = "a\"b\\c\nd"}).Text(),
              HasSubstr("{query=\"a\\\"b\\\\c\\nd\"} 0\n"));
}

}  // namespace
}  // namespace sluice::monitor
