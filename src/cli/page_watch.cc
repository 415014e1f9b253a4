// SPDX-License-Identifier: Apache-2.0
#include "cli/page_watch.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice::cli {

namespace {

using page::RunState;

// Partitions of a batch whose offsets are shown.
constexpr size_t kRanges = 16;

RunState StateOf(stream::QueryState state) {
  switch (state) {
    case stream::QueryState::kStarting: return RunState::kStarting;
    case stream::QueryState::kWaiting: return RunState::kWaiting;
    case stream::QueryState::kRunning: return RunState::kRunning;
    case stream::QueryState::kStopping: return RunState::kStopping;
    case stream::QueryState::kStopped: return RunState::kStopped;
    case stream::QueryState::kFailed: return RunState::kFailed;
  }
  return RunState::kFailed;
}

void AddRanges(const stream::Progress& progress, page::BatchDone& batch) {
  std::vector<OffsetRange> ranges = RangesBetween(progress.source.start, progress.source.end);
  const size_t shown = std::min(kRanges, ranges.size());
  std::partial_sort(ranges.begin(), ranges.begin() + static_cast<std::ptrdiff_t>(shown),
                    ranges.end(),
                    [](const OffsetRange& a, const OffsetRange& b) { return a.size() > b.size(); });
  for (size_t i = 0; i < shown; ++i) {
    batch.ranges.push_back({ranges[i].partition.topic, ranges[i].partition.partition.value,
                            ranges[i].start.value, ranges[i].end.value});
  }
  batch.more_ranges = static_cast<int64_t>(ranges.size() - shown);
}

page::BadRecord RecordOf(const stream::BadSample& sample) {
  return {sample.reason,       sample.partition.topic, sample.partition.partition.value,
          sample.offset.value, sample.detail,          sample.payload,
          sample.payload_bytes};
}

}  // namespace

page::BatchDone BatchOf(const stream::Progress& progress) {
  page::BatchDone batch;
  batch.id = progress.batch.value;
  batch.triggered_at_ms = progress.timestamp_ms;
  batch.committed_at_ms = progress.committed_at_ms;
  const auto duration = progress.duration_ms.find("triggerExecution");
  if (duration != progress.duration_ms.end())
    batch.seconds = static_cast<double>(duration->second) / 1000;
  batch.records = progress.records;
  batch.rows = progress.rows;
  batch.files = progress.files;
  batch.file_bytes = progress.file_bytes;
  batch.input_bytes = progress.input_bytes;
  batch.version = progress.version.value;
  batch.skipped = progress.skipped;
  batch.newest_record_ms = progress.newest_record_ms;
  batch.remaining = progress.remaining;
  batch.phase_seconds = progress.phase_seconds;
  batch.bad = progress.rejects_by_reason;
  batch.unmatched = progress.unmatched;
  AddRanges(progress, batch);
  for (const stream::BadSample& sample : progress.samples)
    batch.samples.push_back(RecordOf(sample));
  return batch;
}

void PageWatch::OnStarted(const std::string& query_id, const std::string& run_id) {
  inbox_.Put(page::RunStarted{query_id, run_id});
}

void PageWatch::OnState(stream::QueryState state, const Status& reason) {
  page::StateChanged changed{clock_.NowMs(), StateOf(state), "", ""};
  if (!reason.ok() && reason.kind() != ErrorKind::kCancelled) {
    changed.code = reason.code();
    changed.message = reason.message();
  }
  inbox_.Put(std::move(changed));
}

void PageWatch::OnProgress(const stream::Progress& progress) { inbox_.Put(BatchOf(progress)); }

void PageWatch::OnWarning(const stream::QueryWarning& warning) {
  inbox_.Put(page::Warned{clock_.NowMs(), warning.code, warning.message, warning.records_lost});
}

void PageWatch::OnTrouble(const stream::QueryTrouble& trouble) {
  inbox_.Put(page::Troubled{clock_.NowMs(), trouble.of_batch});
}

void PageWatch::OnCommitTry(const stream::CommitTry& tried) {
  inbox_.Put(page::CommitTried{tried.attempts, tried.conflicts});
}

// A query that fails before it runs says so only here.
void PageWatch::OnTerminated(const Status& status) {
  if (status.ok() || status.kind() == ErrorKind::kCancelled) return;
  OnState(stream::QueryState::kFailed, status);
}

}  // namespace sluice::cli
