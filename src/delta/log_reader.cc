// SPDX-License-Identifier: Apache-2.0
#include "delta/log_reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "delta/bridge.h"
#include "delta/commit_file.h"
#include "delta/features.h"
#include "delta/last_origin.h"
#include "delta/log_damage.h"
#include "delta/table_directory.h"
#include "delta/table_info.h"

namespace sluice::delta {

namespace {

using Json = nlohmann::json;

// `resolved`: by ResolveTablePath. Writes nothing, and needs no right to.
Result<std::shared_ptr<Bridge>> OpenResolved(const std::string& resolved) {
  SLUICE_ASSIGN_OR_RETURN(const DirectoryState state, InspectDirectory(resolved));
  if (state == DirectoryState::kTable) return OpenBridge(resolved);
  if (state == DirectoryState::kForeign) {
    return Status::Stop("NOT_A_TABLE",
                        resolved + " holds files, but no Delta log: it is no Delta table");
  }
  return Status::Stop("NO_TABLE", "there is no table at " + resolved);
}

Result<std::shared_ptr<Bridge>> OpenForReading(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const std::string resolved, ResolveTablePath(path));
  return OpenResolved(resolved);
}

Result<std::vector<LiveFile>> FilesOf(Bridge& bridge, const Snapshot& snapshot) {
  std::vector<LiveFile> files;
  SLUICE_RETURN_IF_ERROR(
      bridge.ForEachFile(snapshot, [&](LiveFile file) { files.push_back(std::move(file)); }));
  return files;
}

// The kernel would only say which commit it misses.
Status CheckReached(Bridge& bridge, TableVersion version) {
  SLUICE_ASSIGN_OR_RETURN(const Snapshot newest, bridge.Load(std::nullopt));
  SLUICE_ASSIGN_OR_RETURN(const SnapshotInfo info, Describe(newest));
  if (version <= info.version) return Status::Ok();
  return Status::Stop("NO_VERSION", "the table has no version " + std::to_string(version.value) +
                                        "; its newest is " + std::to_string(info.version.value));
}

// Metric values are strings of digits.
int64_t Metric(const Json& info, const char* name) {
  const auto metrics = info.find("operationMetrics");
  if (metrics == info.end() || !metrics->is_object()) return -1;
  const auto value = metrics->find(name);
  if (value == metrics->end() || !value->is_string()) return -1;
  return std::atoll(value->get_ref<const std::string&>().c_str());
}

void ApplyInfo(const Json& info, HistoryEntry* entry) {
  entry->timestamp_ms = info.value("inCommitTimestamp", info.value("timestamp", int64_t{0}));
  entry->operation = info.value("operation", "");
  entry->engine_info = info.value("engineInfo", "");
  entry->rows_added = Metric(info, "numOutputRows");
}

void Apply(const Json& action, HistoryEntry* entry) {
  if (const auto info = action.find("commitInfo"); info != action.end() && info->is_object())
    ApplyInfo(*info, entry);
  if (const auto txn = action.find("txn"); txn != action.end()) {
    entry->app_id = txn->at("appId").get<std::string>();
    entry->batch = BatchId{txn->at("version").get<int64_t>()};
  }
  if (const auto add = action.find("add"); add != action.end()) {
    ++entry->files_added;
    entry->bytes_added += add->value("size", int64_t{0});
  }
  if (action.contains("remove")) ++entry->files_removed;
}

Result<HistoryEntry> ReadEntry(Bridge& bridge, TableVersion version) {
  SLUICE_ASSIGN_OR_RETURN(const std::string text, bridge.ReadCommit(version));
  HistoryEntry entry;
  entry.version = version;
  try {
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      if (!line.empty()) Apply(Json::parse(line), &entry);
    }
  } catch (const Json::exception&) {
    return DamagedCommit(version);
  }
  return entry;
}

}  // namespace

Result<std::vector<HistoryEntry>> ReadHistory(const std::string& path, int64_t limit) {
  SLUICE_ASSIGN_OR_RETURN(const auto bridge, OpenForReading(path));
  SLUICE_ASSIGN_OR_RETURN(const auto versions,
                          NewestCommits(*bridge, static_cast<size_t>(std::max<int64_t>(0, limit))));
  std::vector<HistoryEntry> history;
  for (const TableVersion version : versions) {
    SLUICE_ASSIGN_OR_RETURN(HistoryEntry entry, ReadEntry(*bridge, version));
    history.push_back(std::move(entry));
  }
  return history;
}

const HistoryEntry* FindBatch(const std::vector<HistoryEntry>& history, const std::string& app_id,
                              BatchId batch) {
  const auto found = std::find_if(history.begin(), history.end(), [&](const HistoryEntry& entry) {
    return entry.app_id == app_id && entry.batch == batch;
  });
  return found == history.end() ? nullptr : &*found;
}

Result<std::vector<LiveFile>> ListFiles(const std::string& path,
                                        std::optional<TableVersion> version) {
  SLUICE_ASSIGN_OR_RETURN(const auto bridge, OpenForReading(path));
  if (version) SLUICE_RETURN_IF_ERROR(CheckReached(*bridge, *version));
  SLUICE_ASSIGN_OR_RETURN(const Snapshot snapshot, bridge->Load(version));
  return FilesOf(*bridge, snapshot);
}

Result<TableLook> LookAtTable(const std::string& path, const std::string& app_id) {
  TableLook look;
  SLUICE_ASSIGN_OR_RETURN(look.path, ResolveTablePath(path));
  SLUICE_ASSIGN_OR_RETURN(look.state, InspectDirectory(look.path));
  if (look.state != DirectoryState::kTable) return look;
  SLUICE_ASSIGN_OR_RETURN(const auto bridge, OpenBridge(look.path));
  SLUICE_ASSIGN_OR_RETURN(const Snapshot snapshot, bridge->Load(std::nullopt));
  SLUICE_ASSIGN_OR_RETURN(const SnapshotInfo raw, Describe(snapshot));
  look.appendable = CheckAppendable(look.path, raw);
  look.warnings = ListPropertyWarnings(raw);
  SLUICE_ASSIGN_OR_RETURN(look.last_batch, bridge->LastBatch(snapshot, app_id));
  if (look.last_batch) {
    SLUICE_ASSIGN_OR_RETURN(look.last_origin, FindLastOrigin(*bridge, raw.version, app_id));
  }
  // A schema with types that Sluice does not have may not be readable: the features say why first.
  if (look.appendable.ok()) {
    SLUICE_ASSIGN_OR_RETURN(look.info, ToTableInfo(look.path, raw));
  }
  return look;
}

Result<TableContent> ReadTable(const std::string& path) {
  TableContent content;
  SLUICE_ASSIGN_OR_RETURN(content.path, ResolveTablePath(path));
  SLUICE_ASSIGN_OR_RETURN(const auto bridge, OpenResolved(content.path));
  SLUICE_ASSIGN_OR_RETURN(const Snapshot snapshot, bridge->Load(std::nullopt));
  SLUICE_ASSIGN_OR_RETURN(const SnapshotInfo raw, Describe(snapshot));
  SLUICE_RETURN_IF_ERROR(CheckShowable(content.path, raw));
  SLUICE_ASSIGN_OR_RETURN(content.info, ToTableInfo(content.path, raw));
  SLUICE_ASSIGN_OR_RETURN(content.files, FilesOf(*bridge, snapshot));
  return content;
}

}  // namespace sluice::delta
