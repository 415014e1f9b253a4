// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "checkpoint/json_span.h"
#include "checkpoint/uuid.h"
#include "core/fault_point.h"

namespace sluice::checkpoint {

namespace {

std::string LogFile(const std::string& log, int64_t batch) {
  return log + "/" + std::to_string(batch);
}

// Spark ignores every name that is no number; one with a leading zero or sign is not its own.
std::optional<int64_t> BatchNumber(const std::string& name) {
  int64_t number = -1;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, number);
  if (error != std::errc() || stop != end || std::to_string(number) != name || number < 0) {
    return std::nullopt;
  }
  return number;
}

bool IsLeftover(const std::string& name) {
  return name.starts_with('.') && (name.ends_with(".tmp") || name.ends_with(".tmp.crc"));
}

Result<std::vector<int64_t>> ListBatches(Storage& storage, const std::string& log) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::string> names, storage.List(log));
  std::vector<int64_t> ids;
  for (const std::string& name : names) {
    if (const std::optional<int64_t> id = BatchNumber(name)) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Checkpoint::Checkpoint(std::shared_ptr<Storage> storage, ScalaVersion scala)
    : storage_(std::move(storage)) {
  state_.path = storage_->PathOf("");
  state_.scala = scala;
}

Result<std::unique_ptr<Checkpoint>> Checkpoint::Open(std::shared_ptr<Storage> storage,
                                                     ScalaVersion scala) {
  std::unique_ptr<Checkpoint> checkpoint(new Checkpoint(std::move(storage), scala));
  SLUICE_RETURN_IF_ERROR(checkpoint->storage_->Lock());
  SLUICE_RETURN_IF_ERROR(checkpoint->RemoveLeftovers());
  SLUICE_RETURN_IF_ERROR(checkpoint->ReadState());
  return checkpoint;
}

Result<CheckpointState> Checkpoint::Look(std::shared_ptr<Storage> storage, ScalaVersion scala) {
  Checkpoint checkpoint(std::move(storage), scala);
  SLUICE_RETURN_IF_ERROR(checkpoint.ReadState());
  return std::move(checkpoint.state_);
}

// Spark 4.1 refuses a fresh checkpoint whose logs hold any file, so also one of these.
Status Checkpoint::RemoveLeftovers() {
  for (const std::string directory : {"", "sources/0", "offsets", "commits"}) {
    SLUICE_ASSIGN_OR_RETURN(std::vector<std::string> names, storage_->List(directory));
    for (const std::string& name : names) {
      if (!IsLeftover(name)) continue;
      SLUICE_RETURN_IF_ERROR(storage_->Remove(directory.empty() ? name : directory + "/" + name));
    }
  }
  return Status::Ok();
}

Status Checkpoint::ReadState() {
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::string> root, storage_->List(""));
  if (Contains(root, "metadata")) {
    SLUICE_ASSIGN_OR_RETURN(std::string bytes, storage_->Read("metadata"));
    SLUICE_ASSIGN_OR_RETURN(state_.query_id, ParseMetadata(bytes, storage_->PathOf("metadata")));
  }
  query_id_ = state_.query_id.empty() ? RandomUuid() : state_.query_id;
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::string> sources, storage_->List("sources/0"));
  if (Contains(sources, "0")) {
    SLUICE_ASSIGN_OR_RETURN(std::string bytes, storage_->Read("sources/0/0"));
    SLUICE_ASSIGN_OR_RETURN(state_.initial_offsets,
                            ParseInitialOffsets(bytes, storage_->PathOf("sources/0/0")));
  }
  SLUICE_ASSIGN_OR_RETURN(state_.state_files, storage_->List("state"));
  return ReadLogs();
}

Status Checkpoint::ReadLogs() {
  SLUICE_ASSIGN_OR_RETURN(state_.offset_ids, ListBatches(*storage_, "offsets"));
  SLUICE_ASSIGN_OR_RETURN(state_.commit_ids, ListBatches(*storage_, "commits"));
  if (!state_.offset_ids.empty()) {
    const int64_t newest = state_.offset_ids.back();
    SLUICE_ASSIGN_OR_RETURN(state_.newest, ReadOffsets(newest));
    if (std::binary_search(state_.offset_ids.begin(), state_.offset_ids.end(), newest - 1)) {
      SLUICE_ASSIGN_OR_RETURN(state_.previous, ReadOffsets(newest - 1));
    }
    state_.scala = DetectVersion(state_.scala);
  }
  if (!state_.commit_ids.empty()) {
    const std::string file = LogFile("commits", state_.commit_ids.back());
    SLUICE_ASSIGN_OR_RETURN(std::string bytes, storage_->Read(file));
    SLUICE_ASSIGN_OR_RETURN(state_.newest_commit_watermark_ms,
                            ParseCommitLog(bytes, storage_->PathOf(file)));
  }
  return Status::Ok();
}

Result<OffsetLogEntry> Checkpoint::ReadOffsets(int64_t batch) {
  const std::string file = LogFile("offsets", batch);
  SLUICE_ASSIGN_OR_RETURN(std::string bytes, storage_->Read(file));
  return ParseOffsetLog(bytes, storage_->PathOf(file));
}

// One partition or two look the same in both orders; then the settings tell: their order too is that
// of a hash map, and Spark 3's nine stand in the known order only under Scala 2.12.
ScalaVersion Checkpoint::DetectVersion(ScalaVersion fallback) {
  if (const auto seen = DetectScala(state_.newest->offsets_json)) return *seen;
  if (state_.newest->conf_json == kSpark35Conf) {
    // Sluice itself writes these nine under either order in a checkpoint that it began.
    const auto before = state_.previous ? DetectScala(state_.previous->offsets_json) : std::nullopt;
    return before.value_or(fallback);
  }
  const auto first =
      MemberText(state_.newest->conf_json, "spark.sql.streaming.stateStore.encodingFormat");
  return first ? ScalaVersion::k213 : fallback;
}

Status Checkpoint::WriteMetadata() {
  if (!state_.query_id.empty()) return Status::Ok();
  SLUICE_RETURN_IF_ERROR(storage_->Create("metadata", FormatMetadata(query_id_)));
  state_.query_id = query_id_;
  return Status::Ok();
}

Status Checkpoint::WriteInitialOffsets(const OffsetMap& offsets) {
  if (state_.initial_offsets) return Status::Ok();
  SLUICE_RETURN_IF_ERROR(
      storage_->Create("sources/0/0", FormatInitialOffsets(offsets, state_.scala)));
  state_.initial_offsets = offsets;
  return Status::Ok();
}

Status Checkpoint::WriteOffsets(BatchId batch, const OffsetLogEntry& entry) {
  SLUICE_RETURN_IF_ERROR(
      storage_->Create(LogFile("offsets", batch.value), FormatOffsetLog(entry, state_.scala)));
  state_.offset_ids.push_back(batch.value);
  // The batch is logged, whatever becomes of the old ones: with an error the caller would try again, and
  // meet its own file. The next batch purges what this one could not.
  const Status purged = Purge(batch);
  if (!purged.ok() && !purge_failed_) {
    warnings_.push_back(
        "old batches stay in the logs of the checkpoint " + state_.path +
        ", which does no harm but takes room; each batch tries again: " + purged.message());
  }
  purge_failed_ = !purged.ok();
  return Status::Ok();
}

Status Checkpoint::WriteCommit(BatchId batch, int64_t next_batch_watermark_ms) {
  SLUICE_RETURN_IF_ERROR(
      storage_->Create(LogFile("commits", batch.value), FormatCommitLog(next_batch_watermark_ms)));
  state_.commit_ids.push_back(batch.value);
  return Status::Ok();
}

std::vector<std::string> Checkpoint::TakeWarnings() { return std::exchange(warnings_, {}); }

Status Checkpoint::Purge(BatchId newest) {
  if (newest.value <= kBatchesToRetain) return Status::Ok();
  const int64_t keep_from = newest.value - kBatchesToRetain;
  SLUICE_RETURN_IF_ERROR(PurgeLog("offsets", state_.offset_ids, keep_from));
  FaultPoint("purge.mid");
  return PurgeLog("commits", state_.commit_ids, keep_from);
}

// Oldest first: a crash in between leaves no gap.
Status Checkpoint::PurgeLog(const std::string& log, std::vector<int64_t>& ids, int64_t keep_from) {
  while (!ids.empty() && ids.front() < keep_from) {
    const std::string name = std::to_string(ids.front());
    SLUICE_RETURN_IF_ERROR(storage_->Remove(log + "/" + name));
    SLUICE_RETURN_IF_ERROR(storage_->Remove(log + "/." + name + ".crc"));
    ids.erase(ids.begin());
  }
  return Status::Ok();
}

}  // namespace sluice::checkpoint
