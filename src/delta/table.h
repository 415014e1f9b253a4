// SPDX-License-Identifier: Apache-2.0
//
// A Delta table as a streaming sink needs it: open or create, append one batch exactly once, keep the
// log short. The protocol's rules and the retry policy live here; the bytes are the bridge's.
//
//   SLUICE_ASSIGN_OR_RETURN(auto table, OpenTable(path));
//   SLUICE_ASSIGN_OR_RETURN(CommitOutcome out, table->Append({.app_id = id, .batch = BatchId{7}, ...}));
//
// Sources: Delta PROTOCOL.md; spark-contract section 2 (DeltaSink); delta.md section 10.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data_file.h"
#include "core/data_type.h"
#include "core/ids.h"
#include "core/result.h"

namespace sluice::delta {

struct TableInfo {
  std::string id;
  TableVersion version;
  Schema schema;
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> configuration;
  int min_reader_version = 1;
  int min_writer_version = 2;
};

// A way of names from the table to a column or to a field inside it; "element", "key" and "value" lead
// into an ARRAY or MAP: {"trip", "id"}, {"stops", "element", "name"}.
using NamePath = std::vector<std::string>;

// What a table does not have yet: a column (no parent), or a field of the struct at `parent`, which is
// spelled as the table spells it.
struct NewColumn {
  NamePath parent;
  Field field;
  bool operator==(const NewColumn&) const = default;
};

// Where the records of a batch came from, beside what Spark writes into commitInfo.operationParameters.
struct BatchOrigin {
  std::map<std::string, std::string> topic_ids;  // Kafka's, by name; topicIds
  std::string end_offsets;  // where the batch ends, as Spark's JSON; endOffsets
  bool operator==(const BatchOrigin&) const = default;
};

struct AppendRequest {
  std::string app_id;  // the query's id: metadata.id of its checkpoint
  BatchId batch;
  std::vector<DataFile> files;  // may be empty: the txn is committed all the same
  // mergeSchema: added in the same version, nullable, at the end of the table or of their struct.
  std::vector<NewColumn> new_columns;
  std::string engine_info;
  BatchOrigin origin;
  // Also written to commitInfo as operationMetrics/operationParameters as Spark does.
  int64_t num_output_rows = 0;
  int64_t num_output_bytes = 0;
  std::stop_token stop;  // ends the pauses between attempts, no commit
};

struct CommitOutcome {
  enum class Kind { kCommitted, kAlreadyCommitted } kind = Kind::kCommitted;
  TableVersion version;  // of this batch's commit (kCommitted), or of the table when it was found
  int conflicts = 0;     // versions lost to other writers on the way
  int attempts = 1;      // commits tried, this one included
};

// One thread at a time, except maintenance, which the implementation runs apart.
class Table {
 public:
  virtual ~Table() = default;
  virtual const TableInfo& info() const = 0;
  // Looks at the log again; the info may change.
  virtual Status Refresh() = 0;
  // Highest batch committed under that application id, from the snapshot in hand.
  virtual Result<std::optional<BatchId>> LastBatch(const std::string& app_id) = 0;
  // That of the newest batch under that application id; empty if Spark wrote it, or if its version is no
  // longer in the log or far behind.
  virtual Result<BatchOrigin> LastOrigin(const std::string& app_id) = 0;
  // Leaf columns (an ARRAY or MAP is one) whose statistics a commit that adds these columns has to
  // bring: delta.dataSkippingStatsColumns, delta.dataSkippingNumIndexedCols, clustering.
  virtual Result<std::vector<NamePath>> StatsColumns(const std::vector<NewColumn>& added) = 0;
  // One version with the files and the txn, or none if a version with txn >= batch exists by the time
  // of the commit and `Append` was told of it before (kAlreadyCommitted). A txn of the same app that
  // appears during the call and is not ours is a second writer: Stop FENCED.
  // After an error the same request may come again: whether it is in after all, and what others wrote
  // meanwhile, is looked up first.
  // Errors: Stop METADATA_CHANGED / UNSUPPORTED_FEATURE; Retry NO_SPACE, STORAGE, CONFLICTS; Cancelled by
  // request.stop, between two attempts: the batch is not in.
  virtual Result<CommitOutcome> Append(const AppendRequest& request) = 0;
  // Starts the table checkpoint and .crc that are due (delta.checkpointInterval, default 10), off
  // this thread; log clean-up by the table's retention. Returns at once; errors come by TakeWarnings.
  virtual void Maintain() = 0;
  // Waits for maintenance in flight; once `stop` is asked for, no longer than a stop allows, and then a
  // warning says what was left unfinished. Nothing is damaged by that.
  virtual void FinishMaintenance(const std::stop_token& stop) = 0;
  virtual std::vector<std::string> TakeWarnings() = 0;
};

// The table at `path` (a directory). Errors: Stop NO_TABLE if there is none (the directory is absent
// or empty), NOT_A_TABLE if files are there but no log, UNSUPPORTED_FEATURE by the feature's name.
Result<std::unique_ptr<Table>> OpenTable(const std::string& path);

struct CreateRequest {
  Schema schema;  // everything made nullable, as Spark does
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> properties;
};
// Makes version 0: protocol (1,2) as Delta 2.4 does, or what a property or type needs. Opens the table
// if another writer made it first. The parent directory must exist.
Result<std::unique_ptr<Table>> CreateTable(const std::string& path, const CreateRequest& request);

// How rows of `data` fit a table: Delta's schema rules (names without case, missing columns are null,
// new columns and nested fields only with merge_schema, types equal). Errors (Exit SCHEMA_MISMATCH) list
// every column.
struct SchemaFit {
  std::vector<NewColumn> new_columns;  // to add, with merge_schema
  Schema file_schema;  // what the data files hold: data's columns under the table's spelling
};
Result<SchemaFit> FitSchema(const TableInfo& table, const Schema& data,
                            const std::vector<std::string>& partition_by, bool merge_schema);

}  // namespace sluice::delta
