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

BatchNumbers Batch() {
  BatchNumbers batch;
  batch.records = 1000;
  batch.rows = 900;
  batch.input_bytes = 330000;
  batch.files = 2;
  batch.file_bytes = 4096;
  batch.rejects = {{"not_json", 3}, {"odd", 1}};
  batch.unmatched = 5;
  batch.duration_seconds = 0.3;
  batch.table_version = 7;
  batch.lag_records = 55;
  batch.newest_record_ms = 1700000000000;
  batch.committed_at_ms = 1700000000200;
  return batch;
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

TEST(QueryMetrics, EverySeriesIsThereAtZeroBeforeTheFirstBatch) {
  QueryMetrics metrics("q", {"not_json", "field_type"});
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("spark_streaming_processed_records_total{query=\"q\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE spark_streaming_processed_records_total counter\n"));
  EXPECT_THAT(
      text, HasSubstr("spark_streaming_bad_records_total{query=\"q\",reason=\"field_type\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_unmatched_records_total{query=\"q\"} 0\n"));
  EXPECT_THAT(text,
              HasSubstr("spark_streaming_batches_total{query=\"q\",result=\"committed\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_query_state{query=\"q\",state=\"starting\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_batch_duration_seconds_count{query=\"q\"} 0\n"));
  const std::set<std::string> before = SeriesOf(text);
  metrics.BatchDone(Batch());
  metrics.BatchFailed();
  metrics.LogLine("warn");
  metrics.Idle(1);
  metrics.RecordsLost(1);
  EXPECT_EQ(SeriesOf(metrics.Text()), before);
}

TEST(QueryMetrics, CountsABatch) {
  QueryMetrics metrics("q", {"not_json"});
  metrics.BatchDone(Batch());
  metrics.BatchDone(Batch());
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("spark_streaming_processed_records_total{query=\"q\"} 2000\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_output_rows_total{query=\"q\"} 1800\n"));
  EXPECT_THAT(text,
              HasSubstr("spark_streaming_bad_records_total{query=\"q\",reason=\"not_json\"} 6\n"));
  EXPECT_THAT(text,
              HasSubstr("spark_streaming_bad_records_total{query=\"q\",reason=\"other\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_unmatched_records_total{query=\"q\"} 10\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_table_version{query=\"q\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_source_lag_records{query=\"q\"} 55\n"));
  EXPECT_THAT(text, HasSubstr("spark_streaming_last_freshness_seconds{query=\"q\"} 0.2"));
  EXPECT_THAT(
      text, HasSubstr("spark_streaming_batch_duration_seconds_bucket{query=\"q\",le=\"0.5\"} 2\n"));
  EXPECT_THAT(
      text, HasSubstr("spark_streaming_batch_duration_seconds_bucket{query=\"q\",le=\"0.2\"} 0\n"));
  metrics.Idle(0);
  EXPECT_THAT(metrics.Text(), HasSubstr("spark_streaming_source_lag_records{query=\"q\"} 0\n"));
}

TEST(QueryMetrics, AnIdleQueryMayHaveRecordsWaiting) {
  QueryMetrics metrics("q", {});
  metrics.Idle(7);
  EXPECT_THAT(metrics.Text(), HasSubstr("spark_streaming_source_lag_records{query=\"q\"} 7\n"));
}

TEST(QueryMetrics, CountsWhatIsLost) {
  QueryMetrics metrics("q", {});
  EXPECT_THAT(metrics.Text(),
              HasSubstr("spark_streaming_data_loss_records_total{query=\"q\"} 0\n"));
  metrics.RecordsLost(30);
  metrics.RecordsLost(5);
  EXPECT_THAT(metrics.Text(),
              HasSubstr("spark_streaming_data_loss_records_total{query=\"q\"} 35\n"));
}

TEST(QueryMetrics, ASkippedBatchCountsNoRecordsTwice) {
  QueryMetrics metrics("q", {});
  BatchNumbers batch;
  batch.skipped = true;
  metrics.BatchDone(batch);
  EXPECT_THAT(metrics.Text(),
              HasSubstr("spark_streaming_batches_total{query=\"q\",result=\"skipped\"} 1\n"));
  EXPECT_THAT(metrics.Text(),
              HasSubstr("spark_streaming_processed_records_total{query=\"q\"} 0\n"));
}

TEST(QueryMetrics, OneStateAtATime) {
  QueryMetrics metrics("q", {});
  metrics.SetState("running");
  EXPECT_THAT(metrics.Text(), HasSubstr("state=\"running\"} 1\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("state=\"starting\"} 0\n"));
}

TEST(QueryMetrics, KnowsItsProcess) {
  const std::string text = QueryMetrics("q", {}).Text();
  EXPECT_THAT(text, HasSubstr("\nprocess_cpu_seconds_total "));
  EXPECT_THAT(text, Not(HasSubstr("\nprocess_resident_memory_bytes 0\n")));
  EXPECT_THAT(text, HasSubstr("\nprocess_start_time_seconds 1"));
  EXPECT_THAT(text, HasSubstr("\nspark_streaming_build_info{version=\""));
}

TEST(QueryMetrics, ANameWithQuotesStaysOneLabel) {
  EXPECT_THAT(QueryMetrics("a\"b\\c\nd", {}).Text(), HasSubstr("{query=\"a\\\"b\\\\c\\nd\"} 0\n"));
}

}  // namespace
}  // namespace sluice::monitor
