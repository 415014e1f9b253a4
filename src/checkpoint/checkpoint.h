// SPDX-License-Identifier: Apache-2.0
//
// Spark's checkpoint directory: opened, read, and written in Spark's order and bytes.
//
//   SLUICE_ASSIGN_OR_RETURN(auto checkpoint, Checkpoint::Open(LocalStorage(path), ScalaVersion::k212));
//   SLUICE_ASSIGN_OR_RETURN(Recovery recovery, Decide(checkpoint->state(), facts_about_the_table));
//   checkpoint->WriteMetadata(); checkpoint->WriteInitialOffsets(start);          // a new query only
//   checkpoint->WriteOffsets(batch, entry); ... the table's commit ... checkpoint->WriteCommit(batch, 0);
//
// Sources: spark-contract sections 1.1 to 1.4 (HDFSMetadataLog, CheckpointFileManager, OffsetSeqLog).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/log_format.h"
#include "checkpoint/storage.h"
#include "core/ids.h"
#include "core/result.h"

namespace sluice::checkpoint {

// What the directory says, before anybody judged it.
struct CheckpointState {
  std::string path;
  std::string query_id;                      // from metadata; empty if there is no such file
  std::optional<OffsetMap> initial_offsets;  // sources/0/0
  std::vector<int64_t> offset_ids;           // names in offsets/ and commits/, ascending
  std::vector<int64_t> commit_ids;
  std::optional<OffsetLogEntry> newest;    // offsets/N, N = offset_ids.back()
  std::optional<OffsetLogEntry> previous;  // offsets/N-1, if it is there
  int64_t newest_commit_watermark_ms = 0;
  std::vector<std::string> state_files;     // in state/: a stateful query
  ScalaVersion scala = ScalaVersion::k212;  // key order to write
};

// Batches that stay readable behind the newest: spark.sql.streaming.minBatchesToRetain.
inline constexpr int64_t kBatchesToRetain = 100;

// One thread at a time. Holds the checkpoint's lock as long as it lives.
class Checkpoint {
 public:
  // Locks the checkpoint, removes temporary files that a crash left, reads the state. `scala` is for
  // a checkpoint that says nothing itself. Errors: CHECKPOINT.*, each naming the file.
  static Result<std::unique_ptr<Checkpoint>> Open(std::shared_ptr<Storage> storage,
                                                  ScalaVersion scala);

  // What the directory says now: takes no lock and changes nothing. A query that runs on it may be
  // writing: then two of the files may be of different moments. Errors as Open.
  static Result<CheckpointState> Look(std::shared_ptr<Storage> storage, ScalaVersion scala);

  const CheckpointState& state() const { return state_; }
  // The id in metadata, or the one that WriteMetadata() will write.
  const std::string& query_id() const { return query_id_; }

  // Does nothing if the file is there.
  Status WriteMetadata();
  Status WriteInitialOffsets(const OffsetMap& offsets);
  // offsets/N; then forgets what Spark forgets: both logs below N - 100, with their .crc files. That these
  // cannot be deleted is a warning, told once until it goes again.
  Status WriteOffsets(BatchId batch, const OffsetLogEntry& entry);
  Status WriteCommit(BatchId batch, int64_t next_batch_watermark_ms);
  std::vector<std::string> TakeWarnings();

 private:
  Checkpoint(std::shared_ptr<Storage> storage, ScalaVersion scala);
  Status RemoveLeftovers();
  Status ReadState();
  Status ReadLogs();
  Status Purge(BatchId newest);
  Status PurgeLog(const std::string& log, std::vector<int64_t>& ids, int64_t keep_from);
  Result<OffsetLogEntry> ReadOffsets(int64_t batch);
  ScalaVersion DetectVersion(ScalaVersion fallback);

  std::shared_ptr<Storage> storage_;
  CheckpointState state_;
  std::string query_id_;
  bool purge_failed_ = false;
  std::vector<std::string> warnings_;
};

}  // namespace sluice::checkpoint
