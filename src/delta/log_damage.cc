// SPDX-License-Identifier: Apache-2.0
#include "delta/log_damage.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "delta/commit_file.h"

namespace sluice::delta {

namespace {

using Json = nlohmann::json;

// More than stand behind a checkpoint of the log.
constexpr size_t kCommitsToLookAt = 1000;

std::string Advice(const std::string& file) {
  return "the damaged file is " + file + ": restore it from a backup of the table";
}

// Actions are objects, one a line.
bool IsWhole(std::string_view ndjson) {
  while (!ndjson.empty()) {
    const std::string_view line = ndjson.substr(0, ndjson.find('\n'));
    ndjson.remove_prefix(std::min(line.size() + 1, ndjson.size()));
    if (!line.empty() && !Json::parse(line, nullptr, false).is_object()) return false;
  }
  return true;
}

std::optional<TableVersion> FindDamaged(Bridge& bridge) {
  const auto newest = NewestCommits(bridge, kCommitsToLookAt);
  if (!newest.ok()) return std::nullopt;
  for (const TableVersion version : *newest) {
    const auto text = bridge.ReadCommit(version);
    if (text.ok() ? !IsWhole(*text) : text.status().code() == "TABLE_LOG.UNREADABLE")
      return version;
  }
  return std::nullopt;
}

}  // namespace

Status DamagedCommit(TableVersion version) {
  return Status::Stop("TABLE_LOG.UNREADABLE", "version " + std::to_string(version.value) +
                                                  " of the table is no valid JSON of a commit; " +
                                                  Advice(CommitFile(version)));
}

Status WithDamagedFile(Bridge& bridge, const Status& status) {
  if (status.ok() || status.code() != "TABLE_LOG.UNREADABLE") return status;
  const auto damaged = FindDamaged(bridge);
  return Status::Stop(
      status.code(),
      status.message() + "; " +
          (damaged ? Advice(CommitFile(*damaged))
                   : "a file of _delta_log is missing or damaged: restore it from a backup of the "
                     "table"));
}

}  // namespace sluice::delta
