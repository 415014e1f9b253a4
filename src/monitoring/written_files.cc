// SPDX-License-Identifier: Apache-2.0
#include "monitoring/written_files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "monitoring/text.h"

namespace sluice::monitoring {

namespace fs = std::filesystem;

namespace {

constexpr const char* kListName = ".generated";

// FNV-1a: tells an edit, not an attack.
std::string Checksum(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

Status Failed(std::string_view what, const fs::path& path, const std::string& why) {
  return Status::Stop("NOT_WRITABLE", fmt::format("cannot {} {}: {}", what, path.string(), why));
}

// Nothing if nothing is there. What is there and cannot be read is never written over.
Result<std::optional<std::string>> ReadText(const fs::path& path) {
  std::error_code error;
  const fs::file_status there = fs::status(path, error);
  if (there.type() == fs::file_type::not_found) return std::optional<std::string>();
  if (error) return Failed("read", path, error.message());
  if (!fs::is_regular_file(there))
    return Failed("write", path, "there is something that is no file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return Failed("read", path, std::strerror(errno));
  return std::optional(std::string(std::istreambuf_iterator<char>(file), {}));
}

// By way of another name, so that a program that reads it sees the old or the new text.
Status WriteText(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return Failed("make the directory of", path, error.message());
  const fs::path temporary = path.string() + ".tmp";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  if (!file) return Failed("write", temporary, std::strerror(errno));
  file << text;
  file.close();
  if (!file) return Failed("write", temporary, std::strerror(errno));
  fs::rename(temporary, path, error);
  if (error) return Failed("write", path, error.message());
  return Status::Ok();
}

// Path -> checksum, out of lines "checksum path".
Result<std::map<std::string, std::string>> ReadList(const fs::path& path) {
  SLUICE_ASSIGN_OR_RETURN(const std::optional<std::string> text, ReadText(path));
  std::map<std::string, std::string> list;
  for (const std::string& line : LinesOf(text.value_or(""))) {
    const size_t space = line.find(' ');
    if (space != std::string::npos) list[line.substr(space + 1)] = line.substr(0, space);
  }
  return list;
}

Outcome OutcomeFor(const std::optional<std::string>& there, const std::string& text,
                   const std::string& made_before, bool force) {
  if (!there) return Outcome::kWritten;
  if (*there == text) return Outcome::kUnchanged;
  if (Checksum(*there) == made_before) return Outcome::kWritten;
  return force ? Outcome::kForced : Outcome::kKept;
}

Status WriteOne(const fs::path& path, const std::string& text, Outcome outcome) {
  const fs::path beside = path.string() + ".new";
  if (outcome == Outcome::kKept) return WriteText(beside, text);
  std::error_code ignored;
  fs::remove(beside, ignored);  // of an earlier time
  return outcome == Outcome::kUnchanged ? Status::Ok() : WriteText(path, text);
}

}  // namespace

Result<WriteReport> WriteFiles(const fs::path& directory, const std::vector<TextFile>& files,
                               bool force) {
  const fs::path list_path = directory / kListName;
  SLUICE_ASSIGN_OR_RETURN(auto before, ReadList(list_path));
  WriteReport report;
  std::string list;
  for (const TextFile& file : files) {
    const fs::path path = directory / file.path;
    const std::string made_before = std::exchange(before[file.path], "");
    before.erase(file.path);
    SLUICE_ASSIGN_OR_RETURN(const std::optional<std::string> there, ReadText(path));
    const Outcome outcome = OutcomeFor(there, file.text, made_before, force);
    SLUICE_RETURN_IF_ERROR(WriteOne(path, file.text, outcome));
    report.files.push_back({file.path, outcome});
    const std::string sum = outcome == Outcome::kKept ? made_before : Checksum(file.text);
    if (!sum.empty()) list += sum + " " + file.path + "\n";
  }
  for (const auto& [path, sum] : before) {
    std::error_code ignored;
    if (!fs::exists(directory / path, ignored)) continue;
    report.left_over.push_back(path);
    list += sum + " " + path + "\n";
  }
  SLUICE_RETURN_IF_ERROR(WriteText(list_path, list));
  return report;
}

}  // namespace sluice::monitoring
