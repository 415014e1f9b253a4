// SPDX-License-Identifier: Apache-2.0
#include "delta/delta_table.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/fault_point.h"
#include "delta/features.h"
#include "delta/last_origin.h"
#include "delta/random_uuid.h"
#include "delta/schema_json.h"
#include "delta/table_info.h"

namespace sluice::delta {

namespace {

constexpr int64_t kDefaultCheckpointInterval = 10;

int64_t CheckpointInterval(const TableInfo& info) {
  const auto found = info.configuration.find("delta.checkpointInterval");
  const int64_t interval =
      found == info.configuration.end() ? 0 : std::atoll(found->second.c_str());
  return interval > 0 ? interval : kDefaultCheckpointInterval;
}

std::vector<ColumnToAdd> ToAdd(const std::vector<NewColumn>& columns) {
  std::vector<ColumnToAdd> added;
  for (const NewColumn& column : columns)
    added.push_back({column.parent, ToNullableFieldJson(column.field)});
  return added;
}

std::string Text(TableVersion version) { return std::to_string(version.value); }
std::string Text(BatchId batch) { return std::to_string(batch.value); }

Status Replaced(const std::string& path, const AppendRequest& request, TableVersion base,
                const std::string& found) {
  return Status::Stop(
      "TABLE_REPLACED",
      "table " + path + ": version " + Text(base) + ", which batch " + Text(request.batch) +
          " was to follow, is not in its log any more (" + found +
          "): the table was deleted, restored from a copy, or made anew while this query ran. The "
          "batch was not committed. Start again: what the table holds is then compared with the "
          "checkpoint");
}

}  // namespace

DeltaTable::DeltaTable(std::string path, std::shared_ptr<Bridge> bridge, Surroundings surroundings)
    : path_(std::move(path)),
      bridge_(std::move(bridge)),
      surroundings_(surroundings),
      maintenance_(bridge_, path_) {}

Result<std::unique_ptr<Table>> DeltaTable::Make(std::string path, std::shared_ptr<Bridge> bridge,
                                                Surroundings surroundings) {
  std::unique_ptr<DeltaTable> table(
      new DeltaTable(std::move(path), std::move(bridge), surroundings));
  SLUICE_ASSIGN_OR_RETURN(Snapshot snapshot, table->bridge_->Load(std::nullopt));
  SLUICE_RETURN_IF_ERROR(table->Switch(std::move(snapshot)));
  table->StartChecksums();
  table->warnings_ = ListPropertyWarnings(table->raw_);
  table->maintained_version_ = table->raw_.checkpoint.value_or(TableVersion{0}).value;
  return std::unique_ptr<Table>(std::move(table));
}

Status DeltaTable::Switch(Snapshot snapshot) {
  SLUICE_ASSIGN_OR_RETURN(SnapshotInfo raw, Describe(snapshot));
  SLUICE_RETURN_IF_ERROR(CheckAppendable(path_, raw));
  SLUICE_ASSIGN_OR_RETURN(TableInfo info, ToTableInfo(path_, raw));
  if (info.version != info_.version) last_.reset();
  snapshot_ = std::move(snapshot);
  raw_ = std::move(raw);
  info_ = std::move(info);
  return Status::Ok();
}

// From a snapshot with a checksum each commit derives the next one's for nothing. Where none can be
// had the table works all the same.
void DeltaTable::StartChecksums() {
  if (raw_.has_checksum || raw_.substituted) return;
  if (!bridge_->WriteChecksum(snapshot_).ok()) return;
  auto loaded = bridge_->Load(info_.version);
  if (loaded.ok()) snapshot_ = std::move(loaded).value();
}

Status DeltaTable::Refresh() {
  CollectMaintenance();
  SLUICE_ASSIGN_OR_RETURN(Snapshot newer, bridge_->Refresh(snapshot_));
  SLUICE_RETURN_IF_ERROR(Switch(std::move(newer)));
  must_look_again_ = false;
  return Status::Ok();
}

Result<std::optional<BatchId>> DeltaTable::LastBatch(const std::string& app_id) {
  if (!last_ || last_->app_id != app_id) {
    SLUICE_ASSIGN_OR_RETURN(auto batch, bridge_->LastBatch(snapshot_, app_id));
    last_ = LastTxn{app_id, batch};
  }
  return last_->batch;
}

Result<BatchOrigin> DeltaTable::LastOrigin(const std::string& app_id) {
  return FindLastOrigin(*bridge_, info_.version, app_id);
}

Result<std::vector<NamePath>> DeltaTable::StatsColumns(const std::vector<NewColumn>& added) {
  return bridge_->StatsColumns(snapshot_, ToAdd(added));
}

Result<CommitOutcome> DeltaTable::Append(const AppendRequest& request) {
  CollectMaintenance();
  if (must_look_again_) {
    int conflicts = 0;
    SLUICE_ASSIGN_OR_RETURN(auto found, CatchUp(request, TxnIdOf(request), &conflicts));
    if (found) return *found;
  }
  SLUICE_ASSIGN_OR_RETURN(const auto last, LastBatch(request.app_id));
  if (last && *last >= request.batch) {
    return CommitOutcome{CommitOutcome::Kind::kAlreadyCommitted, info_.version, 0};
  }
  return CommitLoop(request, MakeSpec(request));
}

Result<CommitOutcome> DeltaTable::CommitLoop(const AppendRequest& request, const CommitSpec& spec) {
  int conflicts = 0;
  for (int attempt = 0; attempt < surroundings_.retry.max_attempts; ++attempt) {
    if (attempt > 0) {
      const auto pause = surroundings_.retry.Pause(attempt, surroundings_.random);
      if (!surroundings_.clock->SleepFor(pause, request.stop)) return Status::Cancelled();
    }
    SLUICE_RETURN_IF_ERROR(CheckBase(request));
    FaultPoint("delta.before_commit");
    auto tried = bridge_->Commit(snapshot_, spec);
    if (tried.ok() && tried->kind == CommitAttempt::Kind::kCommitted) {
      FaultPoint("delta.after_commit");
      return Committed(request, std::move(tried).value(), {conflicts, attempt + 1});
    }
    // Whatever went wrong: the log knows, and is asked before anything else happens.
    SLUICE_ASSIGN_OR_RETURN(auto found, CatchUp(request, spec.txn_id, &conflicts));
    if (found) {
      found->attempts = attempt + 1;
      return *found;
    }
    if (!tried.ok()) return tried.status();
    if (tried->kind == CommitAttempt::Kind::kUnknown) {
      return Status::Retry(
          "STORAGE",
          "table " + path_ + ": the storage would not say whether batch " + Text(request.batch) +
              " was committed; it is not in the log up to version " + Text(info_.version));
    }
  }
  return Status::Retry("CONFLICTS",
                       "table " + path_ + ": batch " + Text(request.batch) + " lost " +
                           std::to_string(conflicts) +
                           " versions in a row to other writers; it is not in the table");
}

// A version that follows nothing would tear the log for every reader, and its rows would be lost. The
// version before it is there as long as the table is: its newest version no clean-up takes away.
Status DeltaTable::CheckBase(const AppendRequest& request) {
  const auto text = bridge_->ReadCommit(info_.version);
  if (!text.ok()) {
    const bool gone = text.status().code() == "TABLE_LOG.NOT_FOUND";
    return gone ? CheckWithoutBase(request) : text.status();
  }
  const bool is_ours = own_version_ == info_.version;
  if (!is_ours || text->find(*own_txn_) != std::string::npos) return Status::Ok();
  return Replaced(path_, request, info_.version, "another commit has that number");
}

// Somebody may have deleted more of the log than needed, behind a checkpoint: then the table is whole.
Status DeltaTable::CheckWithoutBase(const AppendRequest& request) {
  const auto newest = bridge_->Load(std::nullopt);
  if (newest.status().Is(ErrorKind::kRetry)) return newest.status();
  if (!newest.ok()) return Replaced(path_, request, info_.version, newest.status().message());
  SLUICE_ASSIGN_OR_RETURN(const SnapshotInfo found, Describe(*newest));
  if (found.id == raw_.id && found.version >= info_.version) return Status::Ok();
  return Replaced(path_, request, info_.version,
                  found.id == raw_.id ? "its newest is " + Text(found.version)
                                      : "it is another table, with the id " + found.id);
}

Result<CommitOutcome> DeltaTable::Committed(const AppendRequest& request, CommitAttempt attempt,
                                            const Tries& tries) {
  own_txn_ = attempted_->txn_id;
  own_version_ = attempt.version;
  if (attempt.after != nullptr && request.new_columns.empty()) {
    snapshot_ = std::move(attempt.after);
    info_.version = raw_.version = attempt.version;
  } else {
    MoveToOwnCommit(attempt.version, std::move(attempt.after));
  }
  last_ = LastTxn{request.app_id, request.batch};
  return CommitOutcome{CommitOutcome::Kind::kCommitted, attempt.version, tries.conflicts,
                       tries.attempts};
}

// The batch is in as `version`, whatever the look at it says: a failure shows at the next call. Goes no
// further than to that version: what others wrote after it is judged when the next batch meets it.
void DeltaTable::MoveToOwnCommit(TableVersion version, Snapshot seen) {
  own_txn_ = attempted_->txn_id;
  own_version_ = version;
  auto own = seen != nullptr ? Result<Snapshot>(std::move(seen)) : bridge_->Refresh(snapshot_);
  if (own.ok() && VersionOf(*own) != version) own = bridge_->Load(version);
  must_look_again_ = !own.ok() || !Switch(std::move(own).value()).ok();
}

// Judges what lies between our version and the newest one, and moves there; or finds our own commit, whose
// answer had been lost: then that is the outcome.
Result<std::optional<CommitOutcome>> DeltaTable::CatchUp(const AppendRequest& request,
                                                         const std::string& txn_id,
                                                         int* conflicts) {
  must_look_again_ = true;
  SLUICE_ASSIGN_OR_RETURN(Snapshot newer, bridge_->Refresh(snapshot_));
  SLUICE_ASSIGN_OR_RETURN(const News news, ReadNews(request, txn_id, VersionOf(newer)));
  *conflicts += news.foreign_versions;
  if (news.ours) {
    MoveToOwnCommit(*news.ours, std::move(newer));
    last_ = LastTxn{request.app_id, request.batch};
    return std::optional(CommitOutcome{CommitOutcome::Kind::kCommitted, *news.ours, *conflicts});
  }
  const TableInfo before = info_;
  SLUICE_RETURN_IF_ERROR(Switch(std::move(newer)));
  if (news.metadata_changed) SLUICE_RETURN_IF_ERROR(CheckStillFits(request, before));
  must_look_again_ = false;
  return std::optional<CommitOutcome>();
}

Result<DeltaTable::News> DeltaTable::ReadNews(const AppendRequest& request,
                                              const std::string& txn_id, TableVersion newest) {
  News news;
  for (TableVersion version{info_.version.value + 1}; version <= newest; ++version.value) {
    SLUICE_ASSIGN_OR_RETURN(const ForeignCommit winner,
                            ReadForeignCommit(*bridge_, version, request.app_id));
    if (winner.txn_id == txn_id) {
      news.ours = version;
      return news;
    }
    // The batch before, which could not be looked at in its time.
    if (winner.txn_id == own_txn_) continue;
    if (winner.batch) return Fenced(request, winner, version);
    ++news.foreign_versions;
    news.metadata_changed |= winner.changes_metadata || winner.changes_protocol;
  }
  return news;
}

Status DeltaTable::Fenced(const AppendRequest& request, const ForeignCommit& winner,
                          TableVersion version) const {
  return Status::Stop(
      "FENCED", "table " + path_ + ": while this process (" + request.engine_info +
                    ") was committing batch " + Text(request.batch) + " of query " +
                    request.app_id + ", another one (" +
                    (winner.engine_info.empty() ? "unnamed" : winner.engine_info) +
                    ") committed batch " + Text(*winner.batch) + " of the same query as version " +
                    Text(version) +
                    ". Two processes run on one checkpoint: this one stops and has "
                    "written nothing of the batch. Stop the other one before starting this again.");
}

// Delta stops at every change of metadata. A change that leaves our columns as they are would be
// accepted after a restart, so it is accepted here.
Status DeltaTable::CheckStillFits(const AppendRequest& request, const TableInfo& before) const {
  bool fits = request.new_columns.empty() && info_.partition_columns == before.partition_columns;
  for (const Field& column : before.schema.fields) {
    const int found = info_.schema.Find(column.name);
    fits = fits && found >= 0 && info_.schema.fields[static_cast<size_t>(found)] == column;
  }
  if (fits) return Status::Ok();
  return Status::Stop(
      "METADATA_CHANGED",
      "table " + path_ + ": another writer changed its columns or partitioning while batch " +
          Text(request.batch) + " was being committed (now version " + Text(info_.version) +
          "). The batch is not in the table. Start again: the query's columns are then checked "
          "against " +
          "the table as it is now.");
}

const std::string& DeltaTable::TxnIdOf(const AppendRequest& request) {
  if (!attempted_ || attempted_->app_id != request.app_id || attempted_->batch != request.batch) {
    attempted_ = Attempted{request.app_id, request.batch, RandomUuid(surroundings_.random)};
  }
  return attempted_->txn_id;
}

// Names and order of parameters and metrics are Spark's (DeltaOperations.StreamingUpdate), but for those
// of the origin.
CommitSpec DeltaTable::MakeSpec(const AppendRequest& request) {
  CommitSpec spec;
  spec.txn_id = TxnIdOf(request);
  spec.engine_info = request.engine_info;
  spec.app_id = request.app_id;
  spec.batch = request.batch;
  spec.operation_parameters = {
      {"outputMode", "Append"}, {"queryId", request.app_id}, {"epochId", Text(request.batch)}};
  const BatchOrigin& origin = request.origin;
  if (!origin.topic_ids.empty()) {
    spec.operation_parameters.emplace_back(kTopicIdsParameter,
                                           nlohmann::json(origin.topic_ids).dump());
  }
  if (!origin.end_offsets.empty())
    spec.operation_parameters.emplace_back(kEndOffsetsParameter, origin.end_offsets);
  spec.operation_metrics = {{"numRemovedFiles", "0"},
                            {"numOutputRows", std::to_string(request.num_output_rows)},
                            {"numOutputBytes", std::to_string(request.num_output_bytes)},
                            {"numAddedFiles", std::to_string(request.files.size())}};
  spec.files = request.files;
  spec.new_columns = ToAdd(request.new_columns);
  return spec;
}

bool DeltaTable::CheckpointIsDue() const {
  const int64_t interval = CheckpointInterval(info_);
  return info_.version.value / interval > maintained_version_ / interval;
}

void DeltaTable::Maintain() {
  CollectMaintenance();
  if (maintenance_.running() || !CheckpointIsDue()) return;
  MaintenanceRequest request{snapshot_, !raw_.substituted, {}, surroundings_.clock->NowMs()};
  auto retention = ReadLogRetention(raw_);
  if (retention.ok()) {
    request.retention = *retention;
  } else {
    request.retention.clean_up = false;
    warnings_.push_back(retention.status().message());
  }
  maintained_version_ = info_.version.value;
  maintenance_.Start(std::move(request));
}

void DeltaTable::FinishMaintenance(const std::stop_token& stop) {
  TakeRound(maintenance_.Finish(stop));
}

void DeltaTable::CollectMaintenance() { TakeRound(maintenance_.Collect()); }

void DeltaTable::TakeRound(std::optional<MaintenanceRound> round) {
  if (!round) return;
  std::move(round->warnings.begin(), round->warnings.end(), std::back_inserter(warnings_));
  if (round->maintained == nullptr) return;
  // From here on the log in memory begins at the checkpoint. Adopting is a help, not a need: a conflict
  // may have brought a snapshot that already knows of a later one.
  const bool same = VersionOf(round->maintained) == VersionOf(snapshot_);
  auto adopted =
      same ? Result<Snapshot>(round->maintained) : bridge_->Adopt(snapshot_, round->maintained);
  if (adopted.ok()) snapshot_ = std::move(adopted).value();
}

std::vector<std::string> DeltaTable::TakeWarnings() {
  CollectMaintenance();
  return std::exchange(warnings_, {});
}

}  // namespace sluice::delta
