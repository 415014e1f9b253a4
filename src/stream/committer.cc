// SPDX-License-Identifier: Apache-2.0
#include "stream/committer.h"

#include <algorithm>
#include <utility>

#include "checkpoint/offset_json.h"
#include "core/fault_point.h"
#include "core/version.h"
#include "stream/event_time.h"
#include "stream/idle_memory.h"
#include "stream/lane.h"
#include "stream/pass_warnings.h"
#include "stream/rate_limit.h"
#include "stream/storage_timer.h"

namespace sluice::stream {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

void AddStats(const LaneStats& stats, int bad_samples, Progress& progress) {
  progress.records += stats.records;
  progress.rows += stats.rows;
  progress.input_bytes += stats.input_bytes;
  progress.unmatched += stats.unmatched;
  progress.newest_record_ms = std::max(progress.newest_record_ms, stats.newest_record_ms);
  for (const auto& [reason, count] : stats.rejects) {
    progress.rejects += count;
    progress.rejects_by_reason[reason] += count;
  }
  KeepSamples(stats.samples, bad_samples, progress.samples);
  progress.kept_rejects += stats.kept_rejects;
  for (const auto& [stage, seconds] : stats.cpu_seconds) progress.cpu_seconds[stage] += seconds;
  for (const auto& [partition, input] : stats.inputs) progress.inputs[partition].Add(input);
}

void TakeNewer(const std::optional<double>& seconds, std::optional<double>& newest) {
  if (seconds && (!newest || *newest < *seconds)) newest = seconds;
}

double Total(const std::map<std::string, double>& seconds) {
  double total = 0;
  for (const auto& [phase, of] : seconds) total += of;
  return total;
}

double SecondsOf(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// That the thread works on commits, until the end of the scope.
class CommitTime {
 public:
  explicit CommitTime(StageMeter& meter) : meter_(meter) { meter_.Begin(Activity::kCommit); }
  CommitTime(const CommitTime&) = delete;
  CommitTime& operator=(const CommitTime&) = delete;
  ~CommitTime() { meter_.End(); }

 private:
  StageMeter& meter_;
};

Status SecondWriter(const BatchPlan& plan, const delta::CommitOutcome& outcome,
                    const std::string& table_path) {
  const std::string batch = std::to_string(plan.id.value);
  return Status::Stop("FENCED",
                      "batch " + batch + " of this query is in the table " + table_path +
                          " already (seen at version " + std::to_string(outcome.version.value) +
                          "), although this process did not write it: another program runs "
                          "the same query. This one stops; nothing was written twice. Let "
                          "only one run");
}

}  // namespace

Committer::Committer(CommitterParts parts)
    : parts_(std::move(parts)), patience_{kCommitter, parts_.gate, parts_.clock, Backoff(0)} {}

void Committer::Run(Channel<CommitterMessage>& messages, const std::stop_token& stop) {
  while (std::optional<CommitterMessage> message = messages.Pop()) {
    Take(std::move(*message));
    CommitReady(stop);
  }
  for (const auto& [id, batch] : pending_) Drop(batch);
  pending_.clear();
}

void Committer::Take(CommitterMessage message) {
  if (auto* plan = std::get_if<SharedPlan>(&message)) {
    pending_[(*plan)->id].plan = std::move(*plan);
    idle_seconds_ = 0;
  } else if (auto* result = std::get_if<LaneResult>(&message)) {
    pending_[result->plan->id].results.push_back(std::move(*result));
  } else {
    TidyUp();
  }
}

// What the last batch used goes back to the system at once; and again when the query has fallen
// asleep, with the rest that can. More often would be work for nothing.
void Committer::TidyUp() {
  constexpr int kAsleep = 10;
  PassWarnings();
  ++idle_seconds_;
  if (idle_seconds_ == 1 || idle_seconds_ == kAsleep) TrimHeap();
  if (idle_seconds_ == kAsleep) ReleaseCode();
}

void Committer::CommitReady(const std::stop_token& stop) {
  while (!pending_.empty()) {
    Pending& batch = pending_.begin()->second;
    // The oldest batch cannot be completed any more: the lanes need not finish the rest. A later one
    // has to wait for its turn, so that a bad record never takes the batches before it along.
    if (const Status failure = FailureOf(batch); !failure.ok()) Fail(failure);
    // Logged while the lanes work on it, as soon as the batch before it is committed.
    if (!failed_ && !batch.plan->logged && !batch.log_ms) {
      if (const Status status = WriteOffsets(batch, stop); !status.ok()) Fail(status);
    }
    if (batch.results.size() < static_cast<size_t>(batch.plan->lanes)) return;
    parts_.board.LanesDone();
    FaultPoint("batch.files_done");
    if (failed_) {
      Drop(batch);
    } else if (const Status status = Commit(batch, stop); !status.ok()) {
      Fail(status);
    }
    pending_.erase(pending_.begin());
  }
}

void Committer::Fail(const Status& status) {
  if (failed_) return;
  failed_ = true;
  parts_.board.Fail(status);
}

// The reason before its consequence: other lanes are cancelled when one fails.
Status Committer::FailureOf(const Pending& batch) {
  Status failure;
  for (const LaneResult& result : batch.results) {
    if (result.status.ok()) continue;
    if (failure.ok() || failure.Is(ErrorKind::kCancelled)) failure = result.status;
  }
  return failure;
}

Status Committer::Commit(Pending& batch, const std::stop_token& stop) {
  const BatchPlan& plan = *batch.plan;
  const CommitTime time(parts_.meter);
  const auto begun = parts_.clock.Monotonic();
  SLUICE_ASSIGN_OR_RETURN(Committed committed, Append(batch, stop));
  const auto in_table = parts_.clock.Monotonic();
  const int64_t appended = SinceMs(plan.triggered);
  SLUICE_RETURN_IF_ERROR(WithRetries(patience_, stop, [&] {
    return Timed(parts_.gate, parts_.clock, "commit_log",
                 [&] { return parts_.checkpoint.WriteCommit(plan.id, parts_.watermark_ms); });
  }));
  const int64_t done = SinceMs(plan.triggered);
  batch.append_seconds = SecondsOf(in_table - begun);
  batch.checkpoint_seconds = SecondsOf(parts_.clock.Monotonic() - in_table);

  std::map<std::string, int64_t> durations = plan.duration_ms;
  const int64_t planned = durations["latestOffset"] + durations["queryPlanning"];
  durations["walCommit"] = batch.log_ms.value_or(0);
  durations["addBatch"] = std::max<int64_t>(appended - planned - durations["walCommit"], 0);
  durations["commitOffsets"] = done - appended;
  durations["triggerExecution"] = done;
  durations["getBatch"] = 0;
  Report(batch, committed, durations);
  parts_.board.Committed();
  parts_.table.Maintain();
  PassWarnings();
  return Status::Ok();
}

Status Committer::WriteOffsets(Pending& batch, const std::stop_token& stop) {
  const BatchPlan& plan = *batch.plan;
  const CommitTime time(parts_.meter);
  const auto begun = parts_.clock.Monotonic();
  checkpoint::OffsetLogEntry entry;
  entry.batch_watermark_ms = parts_.watermark_ms;
  entry.batch_timestamp_ms = plan.batch_timestamp_ms;
  entry.conf_json = parts_.conf_json;
  entry.offsets = plan.end;
  SLUICE_RETURN_IF_ERROR(WithRetries(patience_, stop, [&] {
    return Timed(parts_.gate, parts_.clock, "offset_log",
                 [&] { return parts_.checkpoint.WriteOffsets(plan.id, entry); });
  }));
  batch.log_ms = SinceMs(begun);
  return Status::Ok();
}

Result<delta::CommitOutcome> Committer::TryAppend(const delta::AppendRequest& request) {
  auto outcome = Timed(parts_.gate, parts_.clock, "table_commit",
                       [&] { return parts_.table.Append(request); });
  CommitTry tried;
  if (outcome.ok()) {
    tried.attempts = outcome->attempts;
    tried.conflicts = outcome->conflicts > 0 ? outcome->attempts - 1 : 0;
  } else {
    tried.conflicts = outcome.status().code() == "CONFLICTS" ? 1 : 0;
  }
  parts_.gate.CommitTried(tried);
  return outcome;
}

Result<Committer::Committed> Committer::Append(Pending& batch, const std::stop_token& stop) {
  delta::AppendRequest request;
  request.app_id = parts_.checkpoint.query_id();
  request.batch = batch.plan->id;
  request.origin = {batch.plan->topic_ids,
                    checkpoint::OffsetsToJson(batch.plan->end, checkpoint::ScalaVersion::k212)};
  request.new_columns = parts_.new_columns;
  request.engine_info = kEngineInfo;
  for (const LaneResult& result : batch.results) {
    request.files.insert(request.files.end(), result.files.begin(), result.files.end());
    request.num_output_rows += result.stats.rows;
  }
  for (const DataFile& file : request.files) request.num_output_bytes += file.size_bytes;
  request.stop = stop;
  int tries = 0;
  Committed committed;
  // A try that failed may have been committed all the same: the table looks for that before the next.
  SLUICE_RETURN_IF_ERROR(WithRetries(patience_, stop, [&]() -> Status {
    ++tries;
    SLUICE_ASSIGN_OR_RETURN(committed.outcome, TryAppend(request));
    return Status::Ok();
  }));
  // After a failed try it can only be our own commit whose answer was lost.
  const bool already = committed.outcome.kind == delta::CommitOutcome::Kind::kAlreadyCommitted;
  if (already && tries == 1) {
    Drop(batch);
    return SecondWriter(*batch.plan, committed.outcome, parts_.table_path);
  }
  parts_.new_columns.clear();
  committed.at_ms = parts_.clock.NowMs();
  return committed;
}

void Committer::Drop(const Pending& batch) {
  for (const LaneResult& result : batch.results) DeleteFiles(parts_.table_path, result.files);
}

std::map<std::string, double> Committer::PhasesOf(const Pending& batch,
                                                  const std::map<std::string, int64_t>& durations) {
  std::map<std::string, double> phases;
  for (const LaneResult& result : batch.results) {
    if (Total(result.stats.phase_seconds) >= Total(phases)) phases = result.stats.phase_seconds;
  }
  const auto seconds = [&](const char* name) {
    return static_cast<double>(durations.at(name)) / 1000;
  };
  phases["latest_offset"] = seconds("latestOffset");
  phases["plan"] = seconds("queryPlanning");
  phases["wal_commit"] = seconds("walCommit");
  phases["commit"] = batch.append_seconds;
  phases["checkpoint"] = batch.checkpoint_seconds;
  return phases;
}

void Committer::Report(const Pending& batch, const Committed& committed,
                       const std::map<std::string, int64_t>& durations) {
  const BatchPlan& plan = *batch.plan;
  Progress progress;
  progress.batch = plan.id;
  progress.timestamp_ms = plan.trigger_ms;
  AgeCounts ages(plan.trigger_ms);
  for (const LaneResult& result : batch.results) {
    AddStats(result.stats, parts_.bad_samples, progress);
    ages.Add(result.stats.ages);
    progress.files += static_cast<int64_t>(result.files.size());
    if (!parts_.event_time.empty())
      TakeNewer(NewestEventSeconds(result.files, parts_.event_time), progress.newest_event_seconds);
    for (const DataFile& file : result.files) {
      progress.file_bytes += file.size_bytes;
      progress.file_sizes.push_back(file.size_bytes);
    }
  }
  progress.latencies = ages.Until(committed.at_ms);
  progress.phase_seconds = PhasesOf(batch, durations);
  progress.version = committed.outcome.version;
  progress.committed_at_ms = committed.at_ms;
  progress.duration_ms = durations;
  progress.source = {plan.start, plan.end, plan.latest};
  progress.remaining = RecordsBetween(plan.end, plan.latest);
  progress.json = ProgressJson(parts_.context, progress, plan.previous_trigger_ms, plan.first);
  FaultPoint("progress.before");
  parts_.progress_log.Add(progress.json);
  parts_.gate.Progressed(progress);
}

void Committer::PassWarnings() {
  stream::PassWarnings(parts_.table, parts_.gate);
  stream::PassWarnings(parts_.source, parts_.gate);
  for (std::string& warning : parts_.checkpoint.TakeWarnings()) {
    parts_.gate.Warning({"CHECKPOINT", std::move(warning)});
  }
}

int64_t Committer::SinceMs(std::chrono::nanoseconds moment) const {
  return duration_cast<milliseconds>(parts_.clock.Monotonic() - moment).count();
}

}  // namespace sluice::stream
