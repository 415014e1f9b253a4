// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/recovery.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "checkpoint/offset_json.h"

namespace sluice::checkpoint {

namespace {

std::string Offsets(const CheckpointState& state, int64_t batch) {
  return state.path + "/offsets/" + std::to_string(batch);
}

std::string Commits(const CheckpointState& state, int64_t batch) {
  return state.path + "/commits/" + std::to_string(batch);
}

Status Refuse(const char* code, const std::string& what) {
  return Status::Stop(std::string("CHECKPOINT.") + code, what + ". Nothing was changed");
}

Status CheckNoState(const CheckpointState& state) {
  if (state.state_files.empty()) return Status::Ok();
  return Refuse("STATEFUL", state.path + "/state holds files (" + state.state_files.front() +
                                " ...): a stateful query (aggregation, join, deduplication) wrote "
                                "this checkpoint, and only stateless ones can be continued here. "
                                "Give this query a checkpointLocation of its own");
}

Status CheckIdentity(const CheckpointState& state) {
  if (!state.query_id.empty()) return Status::Ok();
  if (state.offset_ids.empty() && state.commit_ids.empty()) return Status::Ok();
  return Refuse("NO_METADATA",
                state.path +
                    "/metadata is missing, but offsets/ or commits/ hold batches: without "
                    "the query's id nobody can tell which of them the table has. Restore "
                    "the file from a backup, or find the id in the table's log "
                    "(txn.appId) and write it as {\"id\":\"...\"}");
}

Status CheckContiguous(const std::vector<int64_t>& ids, const std::string& log) {
  const auto gap =
      std::adjacent_find(ids.begin(), ids.end(), [](int64_t a, int64_t b) { return b != a + 1; });
  if (gap == ids.end()) return Status::Ok();
  return Refuse("GAP",
                log + " jumps from " + std::to_string(*gap) + " to " + std::to_string(*(gap + 1)) +
                    ": files were deleted, or Spark ran with asyncProgressTrackingEnabled, "
                    "whose checkpoints cannot be continued exactly once. Restore the missing "
                    "files, or let that Spark job finish without the option first");
}

Status CheckNoCommitAhead(const CheckpointState& state, int64_t newest) {
  if (state.commit_ids.empty() || state.commit_ids.back() <= newest) return Status::Ok();
  const int64_t commit = state.commit_ids.back();
  return Refuse("COMMITS_AHEAD",
                Commits(state, commit) + " exists, but " + Offsets(state, commit) +
                    " does not: the offsets of committed batches are gone, so where to go on is "
                    "unknown. Restore offsets/ from a backup");
}

Status CheckCommitsClose(const CheckpointState& state, int64_t newest) {
  const int64_t commit = state.commit_ids.empty() ? -1 : state.commit_ids.back();
  if (commit >= newest - 1) return Status::Ok();
  return Refuse(
      "COMMITS_BEHIND",
      Offsets(state, newest) + " exists, but the newest commit is " +
          (commit < 0 ? "absent (" + state.path + "/commits is empty)" : Commits(state, commit)) +
          ": more than one batch is open, which one query alone cannot leave. Files of "
          "commits/ were lost; restore " +
          Commits(state, newest - 1));
}

Status CheckPrevious(const CheckpointState& state, int64_t newest) {
  if (newest == 0 || state.previous) return Status::Ok();
  return Refuse("PREVIOUS_OFFSETS_MISSING",
                Offsets(state, newest - 1) + " doesn't exist, but " + Offsets(state, newest) +
                    " does: the start of batch " + std::to_string(newest) +
                    " is unknown. Restore it from a backup");
}

Status CheckLogs(const CheckpointState& state) {
  SLUICE_RETURN_IF_ERROR(CheckNoState(state));
  SLUICE_RETURN_IF_ERROR(CheckIdentity(state));
  const int64_t newest = state.offset_ids.empty() ? -1 : state.offset_ids.back();
  SLUICE_RETURN_IF_ERROR(CheckNoCommitAhead(state, newest));
  SLUICE_RETURN_IF_ERROR(CheckContiguous(state.offset_ids, state.path + "/offsets"));
  SLUICE_RETURN_IF_ERROR(CheckContiguous(state.commit_ids, state.path + "/commits"));
  if (newest < 0) return Status::Ok();
  SLUICE_RETURN_IF_ERROR(CheckPrevious(state, newest));
  return CheckCommitsClose(state, newest);
}

// Where a new checkpoint begins, for the end of a sentence. The offsets of very many partitions would be all
// that one sees.
std::string WhereTheTableEnds(const TableFacts& table) {
  constexpr size_t kMostText = 2000;
  const bool shown = !table.last_end_offsets.empty() && table.last_end_offsets.size() <= kMostText;
  return " in an empty directory, with startingOffsets set to where the table ends" +
         (shown ? ": " + table.last_end_offsets
                : " (endOffsets of its newest commitInfo of this query, if it has them)");
}

std::string TableHas(const TableFacts& table) {
  return table.last_batch ? "batch " + std::to_string(table.last_batch->value) : "no batch";
}

// The table is ahead of the checkpoint: its transaction identifiers would make every batch up to
// theirs look written, and those records would be skipped without a word.
Status CheckNotAhead(const CheckpointState& state, const TableFacts& table, int64_t logged) {
  if (!table.last_batch || table.last_batch->value <= logged) return Status::Ok();
  const std::string batch = std::to_string(table.last_batch->value);
  return Refuse("TABLE_AHEAD",
                "the table " + table.path + " holds batch " + batch + " of this query (id " +
                    state.query_id + "), but " + Offsets(state, table.last_batch->value) +
                    " does not exist: the checkpoint was reset or restored from an older copy, and "
                    "batches up to " +
                    batch +
                    " would be skipped as already written, losing their records. Restore the "
                    "checkpoint, or start a new one" +
                    WhereTheTableEnds(table));
}

// The checkpoint is ahead of the table: the table was deleted, replaced or restored.
Status CheckNotBehind(const CheckpointState& state, const TableFacts& table, int64_t committed) {
  if (committed < 0) return Status::Ok();
  const std::string batch = std::to_string(committed);
  if (!table.exists) {
    return Refuse(
        "WITHOUT_TABLE",
        Commits(state, committed) + " says that batch " + batch +
            " is in the table, but there is no table at " + table.path +
            ": it was deleted, or the path is wrong. Going on would leave out all earlier "
            "records. Correct the path, restore the table, or start again with a new "
            "checkpointLocation");
  }
  if (table.last_batch && table.last_batch->value >= committed) return Status::Ok();
  return Refuse("OF_ANOTHER_TABLE",
                Commits(state, committed) + " says that batch " + batch + " of query " +
                    state.query_id + " is in the table, but the table " + table.path + " holds " +
                    TableHas(table) +
                    " of it: this is another table, it was made anew or restored to an older "
                    "version, or delta.setTransactionRetentionDuration let it forget the query. "
                    "Correct path or checkpointLocation, or start again with a new checkpoint");
}

// Two copies of one checkpoint were run, and the table has the other's batch of that number.
Status CheckSameEnd(const CheckpointState& state, const TableFacts& table, int64_t logged) {
  if (!table.last_batch || logged < 0) return Status::Ok();
  const int64_t batch = table.last_batch->value;
  const OffsetLogEntry* entry = batch == logged       ? &*state.newest
                                : batch == logged - 1 ? &*state.previous
                                                      : nullptr;
  const auto end = OffsetsFromJson(table.last_end_offsets);
  if (!entry || !end.ok() || entry->offsets == *end) return Status::Ok();
  return Refuse("OF_ANOTHER_COPY",
                Offsets(state, batch) + " ends batch " + std::to_string(batch) + " of query " +
                    state.query_id + " elsewhere than the table " + table.path +
                    " does: the checkpoint was copied and the other copy wrote that batch, or the "
                    "file was edited. Going on from here would lose records or write them twice. "
                    "Go on with the other copy, restore the file, or start a new checkpoint" +
                    WhereTheTableEnds(table));
}

Recovery FromLogs(const CheckpointState& state) {
  Recovery recovery;
  recovery.watermark_ms =
      std::max(state.newest->batch_watermark_ms, state.newest_commit_watermark_ms);
  recovery.conf_json = state.newest->conf_json;
  return recovery;
}

Recovery Begin(const CheckpointState& state) {
  Recovery recovery;
  recovery.start = state.initial_offsets;
  recovery.conf_json = std::string(kSpark35Conf);
  return recovery;
}

Recovery Continue(const CheckpointState& state, int64_t newest) {
  Recovery recovery = FromLogs(state);
  recovery.kind = Recovery::Kind::kContinue;
  recovery.batch = BatchId{newest + 1};
  recovery.start = state.newest->offsets;
  return recovery;
}

Result<Recovery> Repeat(const CheckpointState& state, const TableFacts& table, int64_t newest) {
  Recovery recovery = FromLogs(state);
  const bool written = table.last_batch && table.last_batch->value >= newest;
  recovery.kind = written ? Recovery::Kind::kFinish : Recovery::Kind::kRerun;
  recovery.batch = BatchId{newest};
  recovery.end = state.newest->offsets;
  recovery.batch_timestamp_ms = state.newest->batch_timestamp_ms;
  if (newest > 0) {
    recovery.start = state.previous->offsets;
  } else {
    recovery.start = state.initial_offsets;
  }
  if (!recovery.start && !written) {
    return Refuse("INITIAL_OFFSETS_MISSING",
                  Offsets(state, 0) + " is not committed and " + state.path +
                      "/sources/0/0 is missing: where batch 0 begins is unknown. Restore the file, "
                      "or delete " +
                      Offsets(state, 0) +
                      " to begin at startingOffsets (the table "
                      "has nothing of this query yet)");
  }
  return recovery;
}

}  // namespace

Result<Recovery> Decide(const CheckpointState& state, const TableFacts& table) {
  SLUICE_RETURN_IF_ERROR(CheckLogs(state));
  const int64_t logged = state.offset_ids.empty() ? -1 : state.offset_ids.back();
  const int64_t committed = state.commit_ids.empty() ? -1 : state.commit_ids.back();
  SLUICE_RETURN_IF_ERROR(CheckNotAhead(state, table, logged));
  SLUICE_RETURN_IF_ERROR(CheckNotBehind(state, table, committed));
  SLUICE_RETURN_IF_ERROR(CheckSameEnd(state, table, logged));
  if (logged < 0) return Begin(state);
  if (logged == committed) return Continue(state, logged);
  return Repeat(state, table, logged);
}

}  // namespace sluice::checkpoint
