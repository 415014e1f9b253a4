// SPDX-License-Identifier: Apache-2.0
//
// Read-only views of a table for people: its history, files, and which version holds an offset.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/result.h"
#include "delta/live_file.h"
#include "delta/table.h"
#include "delta/table_directory.h"

namespace sluice::delta {

struct HistoryEntry {
  TableVersion version;
  int64_t timestamp_ms = 0;
  std::string operation;
  std::string engine_info;
  std::string app_id;  // of its txn, if one
  std::optional<BatchId> batch;
  int64_t files_added = 0;
  int64_t files_removed = 0;
  int64_t rows_added = -1;  // -1: unknown
  int64_t bytes_added = 0;
};

// Newest first, at most `limit` (0: all that the log still has).
Result<std::vector<HistoryEntry>> ReadHistory(const std::string& path, int64_t limit);

// The version that committed that batch of the query with that id, among `history`; null if it is not
// there (not committed, or older than the log).
const HistoryEntry* FindBatch(const std::vector<HistoryEntry>& history, const std::string& app_id,
                              BatchId batch);

// Live files of the newest version, or of `version`.
Result<std::vector<LiveFile>> ListFiles(const std::string& path,
                                        std::optional<TableVersion> version);

// What a query would find at a path.
struct TableLook {
  std::string path;      // absolute
  DirectoryState state;  // of all but kTable the rest is empty
  TableInfo info;
  Status appendable;                  // OK, or UNSUPPORTED_FEATURE with every reason
  std::vector<std::string> warnings;  // about its properties
  std::optional<BatchId> last_batch;  // highest of that application
  BatchOrigin last_origin;            // of that batch
};

// Writes nothing, not even a probe. Errors: those of the path and of the log.
Result<TableLook> LookAtTable(const std::string& path, const std::string& app_id);

// What it takes to read a table's rows, all of one version.
struct TableContent {
  std::string path;  // absolute
  TableInfo info;
  std::vector<LiveFile> files;
};

// Also of tables that cannot be written to. Errors: Stop NO_TABLE and NOT_A_TABLE, those of the log, and
// UNSUPPORTED_FEATURE for a type that Sluice does not have or for columns that have other names in the
// files (column mapping).
Result<TableContent> ReadTable(const std::string& path);

}  // namespace sluice::delta
