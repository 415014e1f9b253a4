// SPDX-License-Identifier: Apache-2.0
#include "core/fault_point.h"
#include "core/version.h"
#include "delta/delta_table.h"
#include "delta/first_version.h"
#include "delta/random_uuid.h"
#include "delta/table.h"
#include "delta/table_directory.h"

namespace sluice::delta {

namespace {

DeltaTable::Surroundings OfThisMachine() { return {&SystemClock(), SeededRandom(), RetryPolicy{}}; }

Status NotATable(const std::string& path) {
  return Status::Stop(
      "NOT_A_TABLE", path +
                         " holds files, but no Delta log (_delta_log with commits): it is no Delta "
                         "table. Nothing was written; give the path of a table, or of a new or "
                         "empty directory.");
}

Result<std::unique_ptr<Table>> OpenExisting(const std::string& path) {
  SLUICE_RETURN_IF_ERROR(ProbeWritable(path));
  SLUICE_ASSIGN_OR_RETURN(auto bridge, OpenBridge(path));
  return DeltaTable::Make(path, std::move(bridge), OfThisMachine());
}

FirstVersion NewIdentity() {
  auto random = SeededRandom();
  return {RandomUuid(random), RandomUuid(random), kEngineInfo, SystemClock().NowMs()};
}

}  // namespace

Result<std::unique_ptr<Table>> OpenTable(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const std::string resolved, ResolveTablePath(path));
  SLUICE_ASSIGN_OR_RETURN(const DirectoryState state, InspectDirectory(resolved));
  switch (state) {
    case DirectoryState::kTable: return OpenExisting(resolved);
    case DirectoryState::kForeign: return NotATable(resolved);
    case DirectoryState::kAbsent:
    case DirectoryState::kEmpty: break;
  }
  return Status::Stop("NO_TABLE", "there is no table at " + resolved);
}

Result<std::unique_ptr<Table>> CreateTable(const std::string& path, const CreateRequest& request) {
  SLUICE_ASSIGN_OR_RETURN(const std::string resolved, ResolveTablePath(path));
  SLUICE_ASSIGN_OR_RETURN(const DirectoryState state, InspectDirectory(resolved));
  if (state == DirectoryState::kTable) return OpenExisting(resolved);
  if (state == DirectoryState::kForeign) return NotATable(resolved);
  SLUICE_ASSIGN_OR_RETURN(const std::string text, WriteFirstVersion(request, NewIdentity()));
  SLUICE_RETURN_IF_ERROR(MakeTableDirectory(resolved));
  SLUICE_RETURN_IF_ERROR(ProbeWritable(resolved));
  SLUICE_ASSIGN_OR_RETURN(auto bridge, OpenBridge(resolved));
  // Losing the race to another writer is as good: its table is opened.
  SLUICE_ASSIGN_OR_RETURN(const auto outcome, bridge->PutCommit(TableVersion{0}, text));
  if (outcome == CommitAttempt::Kind::kUnknown) {
    return Status::Retry(
        "STORAGE",
        "table " + resolved + ": the storage would not say whether version 0 was written");
  }
  FaultPoint("delta.create.after");
  return DeltaTable::Make(resolved, std::move(bridge), OfThisMachine());
}

}  // namespace sluice::delta
