// SPDX-License-Identifier: Apache-2.0
#include "cli/run_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/value_text.h"
#include "decode/decoder.h"
#include "monitor/error_labels.h"
#include "monitor/process_stats.h"

namespace sluice::cli {

namespace {

using monitor::JsonText;
using monitor::LogField;
using monitor::LogLevel;
using stream::QueryState;

// Rates are taken over this time.
constexpr std::chrono::seconds kRateWindow{10};
// A topic of another kind of JSON is told at its first batch, then so rarely.
constexpr std::chrono::seconds kUnmatchedPause{60};
constexpr size_t kMostTopics = 3;

const char* Name(QueryState state) {
  switch (state) {
    case QueryState::kStarting: return "starting";
    case QueryState::kWaiting: return "waiting";
    case QueryState::kRunning: return "running";
    case QueryState::kStopping: return "stopping";
    case QueryState::kStopped: return "stopped";
    case QueryState::kFailed: return "failed";
  }
  return "failed";
}

// Of the metric: what a person reads as "waiting" is a query that tries again.
const char* MetricState(QueryState state) {
  return state == QueryState::kWaiting ? "retrying" : Name(state);
}

monitor::QueryPhase PhaseOf(QueryState state) {
  switch (state) {
    case QueryState::kStarting: return monitor::QueryPhase::kStarting;
    case QueryState::kWaiting: return monitor::QueryPhase::kWaiting;
    case QueryState::kRunning: return monitor::QueryPhase::kRunning;
    case QueryState::kStopping:
    case QueryState::kStopped:
    case QueryState::kFailed: return monitor::QueryPhase::kEnding;
  }
  return monitor::QueryPhase::kEnding;
}

double SecondsOf(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

monitor::BatchNumbers NumbersOf(const stream::Progress& progress) {
  monitor::BatchNumbers numbers;
  numbers.records = progress.records;
  numbers.rows = progress.rows;
  numbers.file_sizes = progress.file_sizes;
  numbers.end = progress.source.end;
  numbers.phase_seconds = progress.phase_seconds;
  for (const auto& [partition, input] : progress.inputs)
    numbers.inputs[partition] = {input.records, input.bytes, input.newest_record_ms};
  for (const stream::LatencyCount& latency : progress.latencies)
    numbers.latencies.push_back({latency.ms, latency.records});
  numbers.rejects = progress.rejects_by_reason;
  numbers.kept_rejects = progress.kept_rejects;
  numbers.newest_event_seconds = progress.newest_event_seconds;
  numbers.unmatched = progress.unmatched;
  const auto duration = progress.duration_ms.find("triggerExecution");
  if (duration != progress.duration_ms.end())
    numbers.duration_seconds = static_cast<double>(duration->second) / 1000;
  numbers.table_version = progress.version.value;
  numbers.newest_record_ms = progress.newest_record_ms;
  numbers.committed_at_ms = progress.committed_at_ms;
  numbers.skipped = progress.skipped;
  return numbers;
}

std::string BatchMessage(const stream::Progress& progress) {
  if (progress.skipped) {
    return fmt::format("batch {} was in the table already (version {}): nothing read",
                       progress.batch.value, progress.version.value);
  }
  return fmt::format("batch {} committed as version {}: {} records, {} rows", progress.batch.value,
                     progress.version.value, WithThousands(progress.records),
                     WithThousands(progress.rows));
}

// To the microsecond.
std::string StagesJson(const std::map<std::string, double>& cpu_seconds) {
  nlohmann::json stages = nlohmann::json::object();
  for (const auto& [stage, seconds] : cpu_seconds) stages[stage] = std::round(seconds * 1e6) / 1e6;
  return stages.dump();
}

std::vector<LogField> BatchFields(const stream::Progress& progress) {
  std::vector<LogField> fields = {
      {"batch", progress.batch.value}, {"version", progress.version.value},
      {"records", progress.records},   {"rows", progress.rows},
      {"files", progress.files},       {"file_bytes", progress.file_bytes}};
  const auto duration = progress.duration_ms.find("triggerExecution");
  if (duration != progress.duration_ms.end()) fields.push_back({"duration_ms", duration->second});
  if (progress.newest_record_ms >= 0)
    fields.push_back({"freshness_ms", progress.committed_at_ms - progress.newest_record_ms});
  if (progress.remaining > 0) fields.push_back({"remaining", progress.remaining});
  if (progress.rejects > 0) fields.push_back({"rejects", progress.rejects});
  if (progress.unmatched > 0) fields.push_back({"unmatched", progress.unmatched});
  if (!progress.cpu_seconds.empty())
    fields.push_back({"cpu_seconds", JsonText{StagesJson(progress.cpu_seconds)}});
  fields.push_back({"progress", JsonText{progress.json}});
  return fields;
}

// "topic a", "topics a, b, c and 2 more": those that the batch has records of.
std::string TopicsOf(const stream::Progress& progress) {
  std::set<std::string> topics;
  for (const auto& [partition, end] : progress.source.end) {
    const auto start = progress.source.start.find(partition);
    if (start == progress.source.start.end() || start->second < end) topics.insert(partition.topic);
  }
  std::string text = topics.size() == 1 ? "topic" : "topics";
  size_t named = 0;
  for (const std::string& topic : topics) {
    if (named == kMostTopics) return text + fmt::format(" and {} more", topics.size() - named);
    text += (named++ == 0 ? " " : ", ") + topic;
  }
  return text;
}

}  // namespace

std::vector<std::string> RejectReasons() {
  using decode::RejectReason;
  constexpr std::array kAll = {RejectReason::kNotJson,     RejectReason::kTruncated,
                               RejectReason::kNotAnObject, RejectReason::kFieldType,
                               RejectReason::kTooDeep,     RejectReason::kNumberTooLong};
  std::vector<std::string> names;
  for (const RejectReason reason : kAll) names.emplace_back(decode::ToString(reason));
  return names;
}

RunWatch::RunWatch(monitor::QueryMetrics& metrics, monitor::Health& health, monitor::Log& log,
                   const Clock& clock, monitor::SparkGauges* spark)
    : metrics_(metrics),
      health_(health),
      log_(log),
      clock_(clock),
      spark_(spark),
      started_(clock.Monotonic()) {}

void RunWatch::OnStarted(const std::string& query_id, const std::string& run_id) {
  log_.Write(LogLevel::kInfo, "query_started", fmt::format("query {} started", query_id),
             {{"id", query_id}, {"run_id", run_id}});
  health_.Opened();
}

void RunWatch::OnPosition(const OffsetMap& committed) {
  metrics_.source().Committed(committed);
  health_.Positioned();
}

void RunWatch::OnTrigger(int64_t at_ms) {
  metrics_.Triggered(at_ms);
  health_.Sign();
}

void RunWatch::OnState(QueryState state, const Status& reason) {
  metrics_.SetState(MetricState(state));
  const std::string why = reason.ok() ? "" : reason.message();
  health_.SetState(PhaseOf(state), reason.ok() ? "" : monitor::LabelsOf(reason.code()).stage,
                   why.empty() ? Name(state) : fmt::format("{}: {}", Name(state), why));
  {
    const std::scoped_lock lock(mutex_);
    state_ = reason.ok() ? Name(state) : fmt::format("{}: {}", Name(state), reason.code());
  }
  if (reason.ok()) {
    log_.Write(LogLevel::kInfo, "query_state", fmt::format("query is {}", Name(state)),
               {{"state", Name(state)}});
  } else if (state != QueryState::kFailed) {  // a failure is told once, by OnTerminated
    log_.Write(LogLevel::kWarn, "query_state", fmt::format("query is {}: {}", Name(state), why),
               {{"state", Name(state)}, {"code", reason.code()}});
  }
}

void RunWatch::OnPlanned(const stream::PlannedBatch& batch) {
  health_.BatchPlanned();
  const std::scoped_lock lock(mutex_);
  if (!first_planned_) first_planned_ = clock_.Monotonic();
  backlog_.Planned(batch);
}

void RunWatch::OnReading(const stream::BatchReading& reading) {
  health_.Sign();
  const std::scoped_lock lock(mutex_);
  backlog_.Reading(reading);
  metrics_.SetBufferedRecords(backlog_.uncommitted());
}

void RunWatch::OnProgress(const stream::Progress& progress) {
  health_.BatchDone();
  metrics_.BatchDone(NumbersOf(progress));
  Count(progress);
  if (spark_) spark_->Progressed(progress.json);
  log_.Write(LogLevel::kInfo, "batch", BatchMessage(progress), BatchFields(progress));
  if (!log_.writes_json()) log_.Write(LogLevel::kDebug, "progress", progress.json);
  if (progress.rejects > 0) TellBadRecords(progress);
  if (progress.unmatched > 0) TellUnmatched(progress);
}

void RunWatch::TellBadRecords(const stream::Progress& progress) {
  std::string reasons;
  for (const auto& [reason, count] : progress.rejects_by_reason)
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", WithThousands(count), reason);
  log_.Write(LogLevel::kWarn, "bad_records",
             fmt::format("batch {}: {} of {} records of {} are not the JSON that the schema says "
                         "({}); their columns are NULL",
                         progress.batch.value, WithThousands(progress.rejects),
                         WithThousands(progress.records), TopicsOf(progress), reasons));
}

// A few of them are no trouble: a topic may hold several kinds of messages.
void RunWatch::TellUnmatched(const stream::Progress& progress) {
  const auto now = clock_.Monotonic();
  if (progress.unmatched * 2 < progress.records) return;
  if (unmatched_told_ && now - *unmatched_told_ < kUnmatchedPause) return;
  unmatched_told_ = now;
  log_.Write(
      LogLevel::kWarn, "unmatched_records",
      fmt::format("batch {}: {} of {} records of {} hold none of the keys that decode.schema "
                  "declares; their columns are NULL (with explode they give no row). Look at some "
                  "with `sluice decode`, then correct decode.schema: keys have to match letter by "
                  "letter. In this run so far: {}",
                  progress.batch.value, WithThousands(progress.unmatched),
                  WithThousands(progress.records), TopicsOf(progress),
                  WithThousands(totals().unmatched)),
      {{"batch", progress.batch.value}, {"unmatched", progress.unmatched}});
}

void RunWatch::Count(const stream::Progress& progress) {
  const std::scoped_lock lock(mutex_);
  totals_.batches += 1;
  totals_.records += progress.records;
  totals_.rows += progress.rows;
  totals_.rejects += progress.rejects;
  totals_.unmatched += progress.unmatched;
  totals_.files += progress.files;
  totals_.file_bytes += progress.file_bytes;
  totals_.table_version = progress.version.value;
  backlog_.Committed(progress);
  metrics_.SetBufferedRecords(backlog_.uncommitted());
  if (progress.newest_record_ms >= 0) {
    freshness_ = static_cast<double>(progress.committed_at_ms - progress.newest_record_ms) / 1000;
  }
  const auto now = clock_.Monotonic();
  recent_.push_back({now, progress.rows});
  while (now - recent_.front().at > kRateWindow) recent_.pop_front();
}

void RunWatch::OnIdle(const stream::IdleReport& report) {
  {
    const std::scoped_lock lock(mutex_);
    backlog_.Idle(report);
  }
  if (spark_) spark_->Progressed(report.json);
  if (log_.writes_json()) {
    log_.Write(LogLevel::kDebug, "idle", "no batch was due",
               {{"waiting_records", report.waiting_records}, {"progress", JsonText{report.json}}});
  } else {
    log_.Write(LogLevel::kDebug, "idle", report.json);
  }
}

void RunWatch::OnWarning(const stream::QueryWarning& warning) {
  std::vector<LogField> fields = {{"code", warning.code}};
  metrics_.Trouble(warning.code);
  if (warning.records_lost > 0) {
    metrics_.source().Skipped(warning.partition, warning.records_lost);
    fields.push_back({"records_lost", warning.records_lost});
  }
  log_.Write(LogLevel::kWarn, "warning", warning.message, std::move(fields));
}

void RunWatch::OnTrouble(const stream::QueryTrouble& trouble) {
  health_.Sign();
  metrics_.Trouble(trouble.code);
  if (trouble.of_batch) metrics_.BatchFailed();
}

void RunWatch::OnCommitTry(const stream::CommitTry& tried) {
  metrics_.CommitTried(tried.attempts, tried.conflicts);
}

void RunWatch::OnStorage(const stream::StorageRequest& request) {
  metrics_.Stored(request.operation, request.ok, request.seconds);
  health_.Sign();
}

void RunWatch::OnTerminated(const Status& status) {
  if (status.ok() || status.kind() == ErrorKind::kCancelled) {
    log_.Write(LogLevel::kInfo, "query_ended", "query ended at a batch boundary");
    return;
  }
  metrics_.Trouble(status.code());
  metrics_.BatchFailed();
  log_.Write(LogLevel::kError, "query_failed", status.message(), {{"code", status.code()}});
}

double RunWatch::RowsPerSecond(std::chrono::nanoseconds now) const {
  int64_t rows = 0;
  for (const Commit& commit : recent_) {
    if (now - commit.at <= kRateWindow) rows += commit.rows;
  }
  const auto window = std::min<std::chrono::nanoseconds>(now - started_, kRateWindow);
  return window.count() > 0 ? static_cast<double>(rows) / SecondsOf(window) : 0;
}

RunStatus RunWatch::status() const {
  const int64_t memory = monitor::ReadProcessStats().resident_bytes;
  const std::scoped_lock lock(mutex_);
  const auto now = clock_.Monotonic();
  RunStatus status;
  status.state = state_;
  status.rows = totals_.rows;
  status.rows_per_second = RowsPerSecond(now);
  if (totals_.table_version >= 0) status.table_version = totals_.table_version;
  status.freshness_seconds = freshness_;
  status.memory_bytes = memory;
  status.read = backlog_.read();
  status.uncommitted = backlog_.uncommitted();
  status.remaining = backlog_.remaining();
  if (first_planned_) status.draining_seconds = SecondsOf(now - *first_planned_);
  return status;
}

RunTotals RunWatch::totals() const {
  const std::scoped_lock lock(mutex_);
  RunTotals totals = totals_;
  totals.elapsed_seconds = SecondsOf(clock_.Monotonic() - started_);
  return totals;
}

}  // namespace sluice::cli
