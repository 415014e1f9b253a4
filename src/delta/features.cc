// SPDX-License-Identifier: Apache-2.0
#include "delta/features.h"

#include <algorithm>
#include <string_view>

#include "delta/schema_json.h"

namespace sluice::delta {

namespace {

const std::string* Property(const SnapshotInfo& info, std::string_view name) {
  for (const auto& [key, value] : info.configuration) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool IsOn(const SnapshotInfo& info, std::string_view property) {
  const std::string* value = Property(info, property);
  return value != nullptr && *value == "true";
}

bool Has(const SnapshotInfo& info, std::string_view feature) {
  return std::find(info.features.begin(), info.features.end(), feature) != info.features.end();
}

// "column mapping (mode name)", or empty.
std::string ColumnMapping(const SnapshotInfo& info) {
  const std::string* mode = Property(info, "delta.columnMapping.mode");
  return mode == nullptr || *mode == "none" ? "" : "column mapping (mode " + *mode + ")";
}

// Data files would need other column names, ids or layouts than Sluice writes.
void AddFileLayoutReasons(const SnapshotInfo& info, std::vector<std::string>* reasons) {
  if (std::string mapping = ColumnMapping(info); !mapping.empty())
    reasons->push_back(std::move(mapping));
  for (const char* version : {"1", "2", "3"}) {
    const std::string property = std::string("delta.enableIcebergCompatV") + version;
    if (IsOn(info, property)) reasons->push_back(std::string("Iceberg compatibility V") + version);
  }
  if (Has(info, "materializePartitionColumns"))
    reasons->push_back("materialized partition columns");
}

// Somebody else decides what is a commit.
void AddCommitReasons(const SnapshotInfo& info, std::vector<std::string>* reasons) {
  for (const char* feature :
       {"catalogManaged", "catalogOwned", "catalogOwned-preview", "coordinatedCommits-preview"}) {
    if (Has(info, feature))
      reasons->push_back(std::string("commits through a catalog (") + feature + ")");
  }
}

void AddConstraintReasons(const SnapshotInfo& info, std::vector<std::string>* reasons) {
  constexpr std::string_view kPrefix = "delta.constraints.";
  for (const auto& [key, value] : info.configuration) {
    if (key.starts_with(kPrefix)) {
      reasons->push_back("CHECK constraint `" + key.substr(kPrefix.size()) + "` (" + value + ")");
    }
  }
  for (std::string& rule : ListColumnRules(info.schema_json)) reasons->push_back(std::move(rule));
}

}  // namespace

Status CheckAppendable(const std::string& path, const SnapshotInfo& info) {
  std::vector<std::string> reasons;
  AddFileLayoutReasons(info, &reasons);
  AddCommitReasons(info, &reasons);
  AddConstraintReasons(info, &reasons);
  if (reasons.empty() && info.refused) reasons.push_back(*info.refused);
  if (reasons.empty()) return Status::Ok();

  std::string text = "table " + path + " uses what Sluice cannot keep when it writes:";
  for (const std::string& reason : reasons) text += "\n  - " + reason;
  return Status::Stop(
      "UNSUPPORTED_FEATURE",
      text + "\nNothing was written. Drop these from the table, or write to another one.");
}

Status CheckShowable(const std::string& path, const SnapshotInfo& info) {
  const std::string mapping = ColumnMapping(info);
  if (mapping.empty()) return Status::Ok();
  return Status::Stop("UNSUPPORTED_FEATURE",
                      "table " + path + " uses " + mapping +
                          ": its columns have other names in the data files, where they cannot be "
                          "found here. Read it with another program");
}

std::vector<std::string> ListPropertyWarnings(const SnapshotInfo& info) {
  std::vector<std::string> warnings;
  const std::string* retention = Property(info, "delta.setTransactionRetentionDuration");
  if (retention != nullptr) {
    warnings.push_back(
        "the table forgets transactions after " + *retention +
        " (delta.setTransactionRetentionDuration): a query that rests for longer than that can no "
        "longer tell whether its last batch was written");
  }
  return warnings;
}

}  // namespace sluice::delta
