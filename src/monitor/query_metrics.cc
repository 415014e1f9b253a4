// SPDX-License-Identifier: Apache-2.0
#include "monitor/query_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <sstream>

#include "core/version.h"
#include "monitor/process_metrics.h"

namespace sluice::monitor {

namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;

// Bounds of batch durations and of freshness, in seconds.
const Histogram::BucketBoundaries kSeconds = {0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1,  2.5,
                                              5,    10,    30,   60,  120, 300, 900};

double Seconds(int64_t ms) { return static_cast<double>(ms) / 1000; }

}  // namespace

struct QueryMetrics::Series {
  explicit Series(const std::string& query) : labels{{"query", query}} {}

  Counter& AddCounter(const char* name, const char* help, Labels more = {}) {
    more.insert(labels.begin(), labels.end());
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(more);
  }
  Gauge& AddGauge(const char* name, const char* help, Labels more = {}) {
    more.insert(labels.begin(), labels.end());
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(more);
  }
  Histogram& AddHistogram(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add(labels,
                                                                                     kSeconds);
  }

  Labels labels;
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  Counter* records = &AddCounter("spark_streaming_processed_records_total",
                                 "Kafka records whose batch is committed to the table.");
  Counter* input_bytes =
      &AddCounter("spark_streaming_input_bytes_total", "Bytes of the values of those records.");
  Counter* rows = &AddCounter("spark_streaming_output_rows_total", "Rows committed to the table.");
  Counter* file_bytes = &AddCounter("spark_streaming_output_bytes_total",
                                    "Bytes of the data files committed to the table.");
  Counter* files =
      &AddCounter("spark_streaming_output_files_total", "Data files committed to the table.");
  Counter* unmatched = &AddCounter("spark_streaming_unmatched_records_total",
                                   "Records in which none of the schema's keys was found.");
  Counter* records_lost =
      &AddCounter("spark_streaming_data_loss_records_total",
                  "Records gone from Kafka before they were read (failOnDataLoss: false).");
  Histogram* duration = &AddHistogram("spark_streaming_batch_duration_seconds",
                                      "Time from a trigger to the end of its batch.");
  Histogram* freshness = &AddHistogram("spark_streaming_freshness_seconds",
                                       "Kafka timestamp of a batch's newest record to its commit.");
  Gauge* last_freshness = &AddGauge("spark_streaming_last_freshness_seconds",
                                    "The same for the last batch that held records.");
  Gauge* version = &AddGauge("spark_streaming_table_version", "Table version of the last batch.");
  Gauge* lag = &AddGauge("spark_streaming_source_lag_records",
                         "Records known to Kafka and not committed yet.");
  Gauge* last_commit = &AddGauge("spark_streaming_last_commit_timestamp_seconds",
                                 "When the last batch was committed; 0 before the first.");
  Gauge* newest_record = &AddGauge("spark_streaming_committed_record_timestamp_seconds",
                                   "Newest Kafka timestamp committed.");
  std::map<std::string, Counter*> batches;
  std::map<std::string, Counter*> rejects;
  std::map<std::string, Counter*> log_lines;
  std::map<std::string, Gauge*> states;
};

QueryMetrics::QueryMetrics(const std::string& query, const std::vector<std::string>& reject_reasons)
    : series_(std::make_unique<Series>(query)) {
  for (const char* result : {"committed", "empty", "skipped", "failed"}) {
    series_->batches[result] = &series_->AddCounter(
        "spark_streaming_batches_total", "Batches by result; skipped: the table had it already.",
        {{"result", result}});
  }
  std::vector<std::string> reasons = reject_reasons;
  reasons.emplace_back("other");
  for (const std::string& reason : reasons) {
    series_->rejects[reason] = &series_->AddCounter(
        "spark_streaming_bad_records_total", "Records that were not the JSON that the schema says.",
        {{"reason", reason}});
  }
  for (const std::string& state : States()) {
    series_->states[state] = &series_->AddGauge(
        "spark_streaming_query_state", "1 for the state that the query is in.", {{"state", state}});
  }
  for (const char* level : {"debug", "info", "warn", "error"}) {
    series_->log_lines[level] = &prometheus::BuildCounter()
                                     .Name("spark_streaming_log_messages_total")
                                     .Help("Lines written to the log.")
                                     .Register(series_->registry)
                                     .Add({{"level", level}});
  }
  prometheus::BuildGauge()
      .Name("spark_streaming_build_info")
      .Help("The release that runs.")
      .Register(series_->registry)
      .Add({{"version", kVersion}})
      .Set(1);
  SetState("starting");
}

QueryMetrics::~QueryMetrics() = default;

const std::vector<std::string>& QueryMetrics::States() {
  static const std::vector<std::string> kStates = {"starting", "waiting", "running",
                                                   "stopping", "stopped", "failed"};
  return kStates;
}

void QueryMetrics::BatchDone(const BatchNumbers& batch) {
  Series& s = *series_;
  s.records->Increment(static_cast<double>(batch.records));
  s.input_bytes->Increment(static_cast<double>(batch.input_bytes));
  s.rows->Increment(static_cast<double>(batch.rows));
  s.files->Increment(static_cast<double>(batch.files));
  s.file_bytes->Increment(static_cast<double>(batch.file_bytes));
  s.unmatched->Increment(static_cast<double>(batch.unmatched));
  for (const auto& [reason, count] : batch.rejects) {
    const auto at = s.rejects.find(reason);
    (at == s.rejects.end() ? s.rejects["other"] : at->second)
        ->Increment(static_cast<double>(count));
  }
  s.batches[batch.skipped ? "skipped" : batch.records == 0 ? "empty" : "committed"]->Increment();
  s.duration->Observe(batch.duration_seconds);
  s.version->Set(static_cast<double>(batch.table_version));
  s.lag->Set(static_cast<double>(batch.lag_records));
  s.last_commit->Set(Seconds(batch.committed_at_ms));
  if (batch.newest_record_ms < 0) return;
  s.newest_record->Set(Seconds(batch.newest_record_ms));
  s.freshness->Observe(Seconds(batch.committed_at_ms - batch.newest_record_ms));
  s.last_freshness->Set(Seconds(batch.committed_at_ms - batch.newest_record_ms));
}

void QueryMetrics::BatchFailed() { series_->batches["failed"]->Increment(); }

void QueryMetrics::Idle(int64_t lag_records) {
  series_->lag->Set(static_cast<double>(lag_records));
}

void QueryMetrics::RecordsLost(int64_t records) {
  series_->records_lost->Increment(static_cast<double>(records));
}

void QueryMetrics::SetState(std::string_view state) {
  for (auto& [name, gauge] : series_->states) gauge->Set(name == state ? 1 : 0);
}

void QueryMetrics::LogLine(std::string_view level) {
  const auto at = series_->log_lines.find(std::string(level));
  if (at != series_->log_lines.end()) at->second->Increment();
}

std::string QueryMetrics::Text() const {
  std::vector<prometheus::MetricFamily> families = series_->registry.Collect();
  AppendProcessMetrics(families);
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace sluice::monitor
