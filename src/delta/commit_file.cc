// SPDX-License-Identifier: Apache-2.0
#include "delta/commit_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace sluice::delta {
namespace {

constexpr std::string_view kFolder = "_delta_log/";
constexpr std::string_view kSuffix = ".json";
constexpr size_t kDigits = 20;

}  // namespace

std::string CommitFile(TableVersion version) {
  return fmt::format("{}{:0{}}{}", kFolder, version.value, kDigits, kSuffix);
}

std::optional<TableVersion> CommitVersion(std::string_view path) {
  if (path.size() != kFolder.size() + kDigits + kSuffix.size() || !path.starts_with(kFolder) ||
      !path.ends_with(kSuffix))
    return std::nullopt;
  const std::string digits(path.substr(kFolder.size(), kDigits));
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return TableVersion{std::stoll(digits)};
}

Result<std::vector<TableVersion>> NewestCommits(Bridge& bridge, size_t limit) {
  SLUICE_ASSIGN_OR_RETURN(const auto log, bridge.ListLog());
  std::vector<TableVersion> versions;
  for (const LogObject& object : log) {
    if (const auto version = CommitVersion(object.path)) versions.push_back(*version);
  }
  std::ranges::sort(versions, std::greater<>());
  if (limit > 0 && versions.size() > limit) versions.resize(limit);
  return versions;
}

}  // namespace sluice::delta
