// SPDX-License-Identifier: Apache-2.0
#include "delta/log_damage.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

namespace sluice::delta {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kFolder = "_delta_log/";
constexpr std::string_view kSuffix = ".json";
constexpr size_t kDigits = 20;
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

// Newest first.
std::vector<TableVersion> Commits(const std::vector<LogObject>& log) {
  std::vector<TableVersion> versions;
  for (const LogObject& object : log) {
    if (const auto version = CommitVersion(object.path)) versions.push_back(*version);
  }
  std::ranges::sort(versions, std::greater<>());
  if (versions.size() > kCommitsToLookAt) versions.resize(kCommitsToLookAt);
  return versions;
}

std::optional<TableVersion> FindDamaged(Bridge& bridge) {
  const auto log = bridge.ListLog();
  if (!log.ok()) return std::nullopt;
  for (const TableVersion version : Commits(*log)) {
    const auto text = bridge.ReadCommit(version);
    if (text.ok() ? !IsWhole(*text) : text.status().code() == "TABLE_LOG.UNREADABLE")
      return version;
  }
  return std::nullopt;
}

}  // namespace

std::string CommitFile(TableVersion version) {
  const std::string digits = std::to_string(version.value);
  return std::string(kFolder) + std::string(kDigits - std::min(kDigits, digits.size()), '0') +
         digits + std::string(kSuffix);
}

std::optional<TableVersion> CommitVersion(std::string_view path) {
  if (path.size() != kFolder.size() + kDigits + kSuffix.size() || !path.starts_with(kFolder) ||
      !path.ends_with(kSuffix))
    return std::nullopt;
  const std::string digits(path.substr(kFolder.size(), kDigits));
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return TableVersion{std::stoll(digits)};
}

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
