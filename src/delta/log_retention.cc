// SPDX-License-Identifier: Apache-2.0
#include "delta/log_retention.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

#include "core/ascii.h"

namespace sluice::delta {

namespace {

constexpr int64_t kDayMs = 24LL * 3600 * 1000;

std::optional<int64_t> UnitMs(std::string_view word) {
  std::string unit = ToLower(word);
  if (unit.size() > 1 && unit.back() == 's') unit.pop_back();
  static const std::map<std::string, int64_t> kUnits = {{"millisecond", 1}, {"second", 1000},
                                                        {"minute", 60'000}, {"hour", 3'600'000},
                                                        {"day", kDayMs},    {"week", 7 * kDayMs}};
  const auto found = kUnits.find(unit);
  return found == kUnits.end() ? std::nullopt : std::optional(found->second);
}

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct LogFile {
  int64_t version = 0;
  bool is_checkpoint = false;
  int parts = 1;  // of a checkpoint in several files: "...checkpoint.<part>.<parts>.parquet"
  const LogObject* object = nullptr;
};

std::vector<std::string_view> Split(std::string_view name) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t dot = name.find('.');
    parts.push_back(name.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    name.remove_prefix(dot + 1);
  }
}

std::optional<LogFile> ParseName(const LogObject& object) {
  const size_t slash = object.path.rfind('/');
  // Files in folders of the log (sidecars, change logs) follow rules of their own.
  if (object.path.find('/') != slash) return std::nullopt;
  const auto parts = Split(std::string_view(object.path).substr(slash + 1));
  if (parts.size() < 2 || parts[0].size() != 20) return std::nullopt;
  const auto version = ParseNumber(parts[0]);
  if (!version) return std::nullopt;
  const bool commit = parts.size() == 2 && (parts[1] == "json" || parts[1] == "crc");
  const bool compacted = parts.size() == 4 && parts[2] == "compacted" && parts[3] == "json";
  if (commit || compacted) return LogFile{*version, false, 1, &object};
  if (parts[1] != "checkpoint") return std::nullopt;
  const auto of = parts.size() == 5 ? ParseNumber(parts[3]) : std::optional<int64_t>(1);
  if (!of) return std::nullopt;
  return LogFile{*version, true, static_cast<int>(*of), &object};
}

// The newest checkpoint, all of whose files are there and older than the cutoff.
std::optional<int64_t> NewestExpiredCheckpoint(const std::vector<LogFile>& files,
                                               int64_t cutoff_ms) {
  std::map<int64_t, int> missing;
  for (const LogFile& file : files) {
    if (!file.is_checkpoint || file.object->modification_time_ms > cutoff_ms) continue;
    missing.try_emplace(file.version, file.parts).first->second -= 1;
  }
  for (auto it = missing.rbegin(); it != missing.rend(); ++it) {
    if (it->second <= 0) return it->first;
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> ParseInterval(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string word;
  std::optional<int64_t> total;
  bool first = true;
  while (words >> word) {
    if (std::exchange(first, false) && (word == "interval" || word == "INTERVAL")) continue;
    std::string unit;
    if (!(words >> unit)) return std::nullopt;
    const auto number = ParseNumber(word);
    const auto unit_ms = UnitMs(unit);
    if (!number || !unit_ms) return std::nullopt;
    total = total.value_or(0) + *number * *unit_ms;
  }
  return total;
}

Result<LogRetention> ReadLogRetention(const SnapshotInfo& info) {
  LogRetention retention;
  for (const auto& [key, value] : info.configuration) {
    if (key == "delta.enableExpiredLogCleanup") retention.clean_up = value != "false";
    if (key != "delta.logRetentionDuration") continue;
    const auto interval = ParseInterval(value);
    if (!interval || *interval < 0) {
      return Status::Stop(
          "BAD_PROPERTY",
          "delta.logRetentionDuration = '" + value +
              "' is no interval such as 'interval 30 days'; the log is not cleaned up");
    }
    retention.retention_ms = *interval;
  }
  return retention;
}

int64_t CutoffMs(int64_t now_ms, int64_t retention_ms) {
  const int64_t oldest = now_ms - retention_ms;
  return oldest - (oldest % kDayMs + kDayMs) % kDayMs;
}

std::vector<std::string> ChooseExpired(const std::vector<LogObject>& log, int64_t cutoff_ms,
                                       std::optional<TableVersion> hinted, size_t limit) {
  std::vector<LogFile> files;
  for (const LogObject& object : log) {
    if (auto file = ParseName(object)) files.push_back(*file);
  }
  const auto checkpoint = NewestExpiredCheckpoint(files, cutoff_ms);
  if (!checkpoint) return {};
  const int64_t keep_from = hinted ? std::min(*checkpoint, hinted->value) : *checkpoint;
  std::stable_sort(files.begin(), files.end(),
                   [](const LogFile& a, const LogFile& b) { return a.version < b.version; });

  std::vector<std::string> expired;
  for (const LogFile& file : files) {
    // A young file among old ones ends the run: what remains must have no gap.
    if (file.version >= keep_from || file.object->modification_time_ms > cutoff_ms ||
        expired.size() >= limit)
      break;
    expired.push_back(file.object->path);
  }
  return expired;
}

}  // namespace sluice::delta
