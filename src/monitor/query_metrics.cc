// SPDX-License-Identifier: Apache-2.0
#include "monitor/query_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <sstream>
#include <utility>

#include "core/version.h"
#include "monitor/error_labels.h"
#include "monitor/process_metrics.h"
#include "monitor/table_growth.h"

namespace sluice::monitor {

namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;
using Bounds = Histogram::BucketBoundaries;

// Seconds.
const Bounds kLatencies = {.1, .25, .5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300, 900, 3600};
const Bounds kDurations = {.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300, 900};
const Bounds kPhases = {.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25, 60};
const Bounds kRecords = {1, 10, 100, 1e3, 1e4, 5e4, 1e5, 5e5, 1e6, 5e6, 1e7};
const Bounds kFileBytes = {64 << 10, 256 << 10, 1 << 20,   4 << 20,
                           16 << 20, 64 << 20,  256 << 20, 1 << 30};

double Seconds(int64_t ms) { return static_cast<double>(ms) / 1000; }

void Add(Counter& counter, int64_t by) {
  if (by > 0) counter.Increment(static_cast<double>(by));
}

// To a value that does not become less.
void Raise(Counter& counter, double to) {
  const double by = to - counter.Value();
  if (by > 0) counter.Increment(by);
}

void ObserveAll(Histogram& histogram, const std::vector<LatencyNumbers>& latencies) {
  std::vector<double> counts(kLatencies.size() + 1);
  double sum = 0;
  for (const LatencyNumbers& latency : latencies) {
    const double seconds = std::max(0.0, Seconds(latency.ms));
    const auto bound = std::lower_bound(kLatencies.begin(), kLatencies.end(), seconds);
    counts[static_cast<size_t>(bound - kLatencies.begin())] += static_cast<double>(latency.records);
    sum += seconds * static_cast<double>(latency.records);
  }
  if (!latencies.empty()) histogram.ObserveMultiple(counts, sum);
}

class Builder {
 public:
  Builder(prometheus::Registry& registry, const std::string& query)
      : registry_(registry), query_{{"query", query}} {}

  Counter& AddCounter(const char* name, const char* help, const Labels& more = {}) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(With(more));
  }
  Gauge& AddGauge(const char* name, const char* help, const Labels& more = {}) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(With(more));
  }
  Histogram& AddHistogram(const char* name, const char* help, const Bounds& bounds,
                          const Labels& more = {}) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_).Add(With(more),
                                                                                      bounds);
  }
  // One counter for each value of a label.
  std::map<std::string, Counter*> AddCounters(const char* name, const char* help,
                                              const std::string& label,
                                              const std::vector<std::string>& values) {
    std::map<std::string, Counter*> counters;
    for (const std::string& value : values)
      counters[value] = &AddCounter(name, help, {{label, value}});
    return counters;
  }

 private:
  Labels With(Labels more) const {
    more.insert(query_.begin(), query_.end());
    return more;
  }
  prometheus::Registry& registry_;
  const Labels query_;
};

// Each with a counter or gauge of its own.
struct StageCounters {
  Counter* busy;
  Counter* idle;
  Counter* backpressured;
};
struct StorageSeries {
  Counter* ok;
  Counter* error;
  Histogram* seconds;
};
struct DiskGauges {
  Gauge* free;
  Gauge* size;
};

}  // namespace

struct QueryMetrics::Series {
  Series(const QueryMetricsOptions& options, const Clock& clock);
  void AddLabelled(const QueryMetricsOptions& options);
  void AddStorage();
  void AddWithoutQuery();

  const Clock& clock;
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  Builder add;
  SourceSeries source;
  TableGrowth table;

  Counter& records = add.AddCounter("spark_streaming_processed_records_total",
                                    "Kafka records whose batch is committed to the table.");
  Counter& rows =
      add.AddCounter("spark_streaming_output_rows_total", "Rows committed to the table.");
  Counter& file_bytes = add.AddCounter("spark_streaming_output_bytes_total",
                                       "Bytes of the data files committed to the table.");
  Counter& files =
      add.AddCounter("spark_streaming_output_files_total", "Data files committed to the table.");
  Counter& unmatched = add.AddCounter("spark_streaming_unmatched_records_total",
                                      "Records in which none of the schema's keys was found.");
  Counter& dead_letters =
      add.AddCounter("spark_streaming_dead_letter_records_total",
                     "Bad records whose text is kept, in columnNameOfCorruptRecord of the table.");
  Counter& commit_attempts = add.AddCounter("spark_streaming_commit_attempts_total",
                                            "Commits to the table that were tried.");
  Counter& commit_conflicts = add.AddCounter("spark_streaming_commit_conflicts_total",
                                             "Of these, those that lost to another writer.");
  Histogram& latency =
      add.AddHistogram("spark_streaming_end_to_end_latency_seconds",
                       "Kafka timestamp of each record to the commit that has it.", kLatencies);
  Histogram& duration = add.AddHistogram(
      "spark_streaming_batch_duration_seconds",
      "Time from a trigger to the end of its batch (Spark: triggerExecution).", kDurations);
  Histogram& batch_records = add.AddHistogram("spark_streaming_batch_records",
                                              "Kafka records of each committed batch.", kRecords);
  Histogram& file_size = add.AddHistogram("spark_streaming_output_file_size_bytes",
                                          "Size of each committed data file.", kFileBytes);
  Gauge& version =
      add.AddGauge("spark_streaming_table_version", "Table version of the last batch.");
  Gauge& table_files = add.AddGauge("spark_streaming_table_files", "Data files of the table.");
  Gauge& table_bytes =
      add.AddGauge("spark_streaming_table_size_bytes", "Bytes of the table's data files.");
  Gauge& last_trigger = add.AddGauge("spark_streaming_last_trigger_timestamp_seconds",
                                     "When the query last looked for a batch; 0 before the first.");
  Gauge& last_commit = add.AddGauge("spark_streaming_last_commit_timestamp_seconds",
                                    "When the last batch was committed; 0 before the first.");
  Gauge& newest_record = add.AddGauge("spark_streaming_committed_record_timestamp_seconds",
                                      "Newest Kafka timestamp committed; 0 before the first.");
  Gauge& buffered_records = add.AddGauge("spark_streaming_buffered_records",
                                         "Records read whose batch is not committed yet.");
  Gauge& buffered_bytes =
      add.AddGauge("spark_streaming_buffered_bytes",
                   "Bytes that the lanes hold: records, columns, encoded pages.");
  Gauge& memory_limit =
      add.AddGauge("spark_streaming_memory_limit_bytes", "The budget query.memory.");
  Gauge* newest_event = nullptr;  // null: no column of event times is named
  std::map<std::string, Counter*> batches;
  std::map<std::string, Counter*> rejects;
  std::map<ErrorLabels, Counter*> errors;
  std::map<std::string, Counter*> log_lines;
  std::map<std::string, Gauge*> states;
  std::map<std::string, Histogram*> phases;
  std::map<std::string, StageCounters> stages;
  std::map<std::string, DiskGauges> disks;
  std::map<std::string, StorageSeries> storage;
};

QueryMetrics::Series::Series(const QueryMetricsOptions& options, const Clock& its_clock)
    : clock(its_clock),
      add(registry, options.query),
      source(options.query, options.topics, options.most_partitions) {
  memory_limit.Set(static_cast<double>(options.memory_limit_bytes));
  if (options.has_event_time) {
    newest_event =
        &add.AddGauge("spark_streaming_committed_event_timestamp_seconds",
                      "Newest time in the column monitor.eventTime committed; 0 before the first.");
  }
  AddLabelled(options);
  AddStorage();
  AddWithoutQuery();
}

void QueryMetrics::Series::AddLabelled(const QueryMetricsOptions& options) {
  batches = add.AddCounters("spark_streaming_batches_total",
                            "Batches by result. failed: a try that is made again, or the end; "
                            "skipped: the table had it already.",
                            "result", {"committed", "empty", "skipped", "failed"});
  std::vector<std::string> reasons = options.reject_reasons;
  reasons.emplace_back("other");
  rejects =
      add.AddCounters("spark_streaming_bad_records_total",
                      "Records that were not the JSON that the schema says.", "reason", reasons);
  for (const ErrorLabels& labels : AllErrorLabels()) {
    errors[labels] = &add.AddCounter("spark_streaming_errors_total",
                                     "Errors and warnings, one for each time that one was met.",
                                     {{"stage", labels.stage}, {"kind", labels.kind}});
  }
  for (const std::string& state : States()) {
    states[state] = &add.AddGauge("spark_streaming_query_state",
                                  "1 for the state that the query is in.", {{"state", state}});
  }
  for (const std::string& phase : Phases()) {
    phases[phase] = &add.AddHistogram(
        "spark_streaming_batch_phase_duration_seconds",
        "Where a batch's time goes. Spark: latest_offset is latestOffset, plan queryPlanning, "
        "wal_commit walCommit, poll to commit addBatch, checkpoint commitOffsets.",
        kPhases, {{"phase", phase}});
  }
  const auto stage_counter = [this](const std::string& stage, const char* state) {
    return &add.AddCounter("spark_streaming_stage_seconds_total",
                           "What the threads of a stage do with their time; its rate is the number "
                           "of threads in that state.",
                           {{"stage", stage}, {"state", state}});
  };
  for (const std::string& stage : Stages()) {
    stages[stage] = {stage_counter(stage, "busy"), stage_counter(stage, "idle"),
                     stage_counter(stage, "backpressured")};
  }
  for (const std::string& path : options.disk_paths) {
    disks[path] = {
        &add.AddGauge("spark_streaming_disk_free_bytes",
                      "Free bytes of the file system that has the path.", {{"path", path}}),
        &add.AddGauge("spark_streaming_disk_size_bytes", "Its size.", {{"path", path}})};
  }
}

void QueryMetrics::Series::AddStorage() {
  const auto counter = [this](const std::string& operation, const char* result) {
    return &add.AddCounter("spark_streaming_storage_requests_total",
                           "Work at the storage of table and checkpoint, each try by itself.",
                           {{"op", operation}, {"result", result}});
  };
  for (const std::string& operation : Operations()) {
    storage[operation] = {counter(operation, "ok"), counter(operation, "error"),
                          &add.AddHistogram("spark_streaming_storage_request_duration_seconds",
                                            "How long that took, failed tries included.", kPhases,
                                            {{"op", operation}})};
  }
}

void QueryMetrics::Series::AddWithoutQuery() {
  for (const char* level : {"debug", "info", "warn", "error"}) {
    log_lines[level] = &prometheus::BuildCounter()
                            .Name("spark_streaming_log_messages_total")
                            .Help("Lines written to the log.")
                            .Register(registry)
                            .Add({{"level", level}});
  }
  prometheus::BuildGauge()
      .Name("spark_streaming_build_info")
      .Help("The release that runs.")
      .Register(registry)
      .Add({{"version", kVersion}, {"revision", BuildRevision()}, {"compiler", BuildCompiler()}})
      .Set(1);
}

QueryMetrics::QueryMetrics(const QueryMetricsOptions& options, const Clock& clock)
    : series_(std::make_unique<Series>(options, clock)) {
  SetState("starting");
}

QueryMetrics::~QueryMetrics() = default;

const std::vector<std::string>& QueryMetrics::States() {
  static const std::vector<std::string> kStates = {"starting", "retrying", "running",
                                                   "stopping", "stopped",  "failed"};
  return kStates;
}

const std::vector<std::string>& QueryMetrics::Phases() {
  static const std::vector<std::string> kNames = {
      "latest_offset", "plan",   "wal_commit", "poll",   "decode",
      "transform",     "encode", "upload",     "commit", "checkpoint"};
  return kNames;
}

const std::vector<std::string>& QueryMetrics::Stages() {
  static const std::vector<std::string> kNames = {"fetch", "decode", "transform", "write",
                                                  "commit"};
  return kNames;
}

const std::vector<std::string>& QueryMetrics::Operations() {
  static const std::vector<std::string> kNames = {"data_files", "table_commit", "offset_log",
                                                  "commit_log"};
  return kNames;
}

void QueryMetrics::BatchDone(const BatchNumbers& batch) {
  Series& s = *series_;
  s.source.Committed(batch.end);
  Add(s.records, batch.records);
  Add(s.rows, batch.rows);
  Add(s.dead_letters, batch.kept_rejects);
  Add(s.unmatched, batch.unmatched);
  TableTotals added{static_cast<int64_t>(batch.file_sizes.size()), 0};
  for (const int64_t bytes : batch.file_sizes) {
    added.bytes += bytes;
    s.file_size.Observe(static_cast<double>(bytes));
  }
  Add(s.files, added.files);
  Add(s.file_bytes, added.bytes);
  for (const auto& [reason, count] : batch.rejects) {
    const auto at = s.rejects.find(reason);
    Add(*(at == s.rejects.end() ? s.rejects["other"] : at->second), count);
  }
  for (const auto& [partition, input] : batch.inputs) {
    s.source.Input(partition.topic, {input.records, input.bytes});
    s.source.NewestRecord(partition, input.newest_record_ms);
  }
  s.batches[batch.skipped ? "skipped" : batch.records == 0 ? "empty" : "committed"]->Increment();
  s.version.Set(static_cast<double>(batch.table_version));
  s.last_commit.Set(Seconds(batch.committed_at_ms));
  if (batch.newest_record_ms >= 0)
    s.newest_record.Set(std::max(s.newest_record.Value(), Seconds(batch.newest_record_ms)));
  if (s.newest_event && batch.newest_event_seconds)
    s.newest_event->Set(std::max(s.newest_event->Value(), *batch.newest_event_seconds));
  if (batch.skipped) return;
  s.table.Committed(batch.table_version, added);
  s.duration.Observe(batch.duration_seconds);
  s.batch_records.Observe(static_cast<double>(batch.records));
  ObserveAll(s.latency, batch.latencies);
  for (const auto& [phase, seconds] : batch.phase_seconds) {
    if (const auto at = s.phases.find(phase); at != s.phases.end()) at->second->Observe(seconds);
  }
}

void QueryMetrics::BatchFailed() { series_->batches["failed"]->Increment(); }

void QueryMetrics::Trouble(std::string_view code) {
  series_->errors.at(LabelsOf(code))->Increment();
}

void QueryMetrics::CommitTried(int64_t attempts, int64_t conflicts) {
  Add(series_->commit_attempts, attempts);
  Add(series_->commit_conflicts, conflicts);
}

void QueryMetrics::Stored(const std::string& operation, bool ok, double seconds) {
  const auto at = series_->storage.find(operation);
  if (at == series_->storage.end()) return;
  (ok ? at->second.ok : at->second.error)->Increment();
  at->second.seconds->Observe(seconds);
}

void QueryMetrics::Triggered(int64_t at_ms) { series_->last_trigger.Set(Seconds(at_ms)); }

void QueryMetrics::SetState(std::string_view state) {
  for (auto& [name, gauge] : series_->states) gauge->Set(name == state ? 1 : 0);
}

void QueryMetrics::SetBufferedRecords(int64_t records) {
  series_->buffered_records.Set(static_cast<double>(records));
}

void QueryMetrics::LogLine(std::string_view level) {
  const auto at = series_->log_lines.find(std::string(level));
  if (at != series_->log_lines.end()) at->second->Increment();
}

void QueryMetrics::SetStages(const std::map<std::string, StageSeconds>& stages) {
  for (const auto& [stage, seconds] : stages) {
    const auto at = series_->stages.find(stage);
    if (at == series_->stages.end()) continue;
    Raise(*at->second.busy, seconds.busy);
    Raise(*at->second.idle, seconds.idle);
    Raise(*at->second.backpressured, seconds.backpressured);
  }
}

void QueryMetrics::SetBufferedBytes(int64_t bytes) {
  series_->buffered_bytes.Set(static_cast<double>(bytes));
}

void QueryMetrics::SetDisk(const std::string& path, int64_t free_bytes, int64_t size_bytes) {
  const auto at = series_->disks.find(path);
  if (at == series_->disks.end()) return;
  at->second.free->Set(static_cast<double>(free_bytes));
  at->second.size->Set(static_cast<double>(size_bytes));
}

void QueryMetrics::SetTableSize(int64_t version, int64_t files, int64_t bytes) {
  series_->table.Known(version, {files, bytes});
}

SourceSeries& QueryMetrics::source() { return series_->source; }

const SourceSeries& QueryMetrics::source() const { return series_->source; }

std::string QueryMetrics::Text() const {
  const TableTotals table = series_->table.now();
  series_->table_files.Set(static_cast<double>(table.files));
  series_->table_bytes.Set(static_cast<double>(table.bytes));
  std::vector<prometheus::MetricFamily> families = series_->registry.Collect();
  series_->source.AppendTo(families, series_->clock.Monotonic(), series_->clock.NowMs());
  AppendProcessMetrics(families);
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace sluice::monitor
