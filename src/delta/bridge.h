// SPDX-License-Identifier: Apache-2.0
//
// The Rust bridge as C++ values: mechanism without policy. One Bridge serves one table; its calls
// block and are safe from several threads. Tests put decorators around it to lose answers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/data_file.h"
#include "core/ids.h"
#include "core/result.h"
#include "delta/live_file.h"

struct db_snapshot;

namespace sluice::delta {

// One version of a table, immutable, shared between threads.
using Snapshot = std::shared_ptr<const db_snapshot>;

// What a snapshot says about its table, as the log has it.
struct SnapshotInfo {
  TableVersion version;
  std::string id;
  std::string schema_json;
  std::vector<std::string> partition_columns;
  std::vector<std::pair<std::string, std::string>> configuration;
  int min_reader_version = 1;
  int min_writer_version = 2;
  std::vector<std::string> features;  // reader and writer features, each once
  bool substituted = false;  // no checksum can be written: the kernel sees another protocol
  std::optional<std::string> refused;  // why the kernel would not write it
  std::optional<TableVersion> checkpoint;
  bool has_checksum = false;  // whether the last transaction of an application is known at once
};

using TextPairs = std::vector<std::pair<std::string, std::string>>;

// A column for the table, or a field for the struct at `parent` inside it.
struct ColumnToAdd {
  std::vector<std::string> parent;
  std::string field_json;
};

struct CommitSpec {
  std::string txn_id;
  std::string engine_info;
  std::string app_id;
  BatchId batch;
  TextPairs operation_parameters;
  TextPairs operation_metrics;
  std::vector<DataFile> files;
  std::vector<ColumnToAdd> new_columns;
};

struct CommitAttempt {
  enum class Kind {
    kCommitted,
    kConflict,  // another commit owns `version`
    kUnknown    // the storage would not say
  } kind = Kind::kUnknown;
  TableVersion version;
  Snapshot after;  // kCommitted: the table after it; may be null
};

struct LogObject {
  std::string path;  // relative to the table root: "_delta_log/00...10.json"
  int64_t size_bytes = 0;
  int64_t modification_time_ms = 0;
};

class Bridge {
 public:
  virtual ~Bridge() = default;
  virtual Result<Snapshot> Load(std::optional<TableVersion> version) = 0;
  virtual Result<Snapshot> Refresh(const Snapshot& base) = 0;
  // `newest` with its log cut off at the checkpoint that `maintained` has; no I/O.
  virtual Result<Snapshot> Adopt(const Snapshot& newest, const Snapshot& maintained) = 0;
  virtual Result<std::optional<BatchId>> LastBatch(const Snapshot& snapshot,
                                                   const std::string& app_id) = 0;
  // Paths of the leaf columns whose statistics a commit that adds `added` has to bring.
  virtual Result<std::vector<std::vector<std::string>>> StatsColumns(
      const Snapshot& base, const std::vector<ColumnToAdd>& added) = 0;
  virtual Result<CommitAttempt> Commit(const Snapshot& base, const CommitSpec& spec) = 0;
  virtual Result<CommitAttempt::Kind> PutCommit(TableVersion version, std::string_view ndjson) = 0;
  virtual Result<std::string> ReadCommit(TableVersion version) = 0;
  virtual Result<Snapshot> WriteCheckpoint(const Snapshot& snapshot) = 0;
  virtual Result<Snapshot> WriteChecksum(const Snapshot& snapshot) = 0;
  virtual Status ForEachFile(const Snapshot& snapshot,
                             const std::function<void(LiveFile)>& visit) = 0;
  virtual Result<std::vector<LogObject>> ListLog() = 0;
  virtual Status Delete(const std::string& path) = 0;
};

// `path` is an existing directory of the local file system. Error codes: TABLE_LOG.NOT_FOUND,
// TABLE_LOG.UNREADABLE, UNSUPPORTED_FEATURE, NO_SPACE and STORAGE (Retry), NOT_WRITABLE, INTERNAL.
Result<std::shared_ptr<Bridge>> OpenBridge(const std::string& path);

TableVersion VersionOf(const Snapshot& snapshot);
Result<SnapshotInfo> Describe(const Snapshot& snapshot);

}  // namespace sluice::delta
