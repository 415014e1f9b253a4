// SPDX-License-Identifier: Apache-2.0
#include "doctor/state_look.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace sluice::doctor {

namespace {

namespace fs = std::filesystem;

constexpr int kLooks = 5;
constexpr std::chrono::milliseconds kPause{100};

checkpoint::ScalaVersion ScalaOf(const stream::QueryOptions& query) {
  return query.scala == "2.13" ? checkpoint::ScalaVersion::k213 : checkpoint::ScalaVersion::k212;
}

// Who holds a lock on the file, by the kernel's list: to try the lock could stop a query that starts.
int64_t HolderOf(const std::string& file) {
  struct stat found{};
  if (stat(file.c_str(), &found) != 0) return 0;
  const std::string wanted =
      fmt::format(" {:02x}:{:02x}:{} ", major(found.st_dev), minor(found.st_dev), found.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    if (line.find(wanted) == std::string::npos || line.find("->") != std::string::npos) continue;
    std::istringstream words(line);
    std::string number, kind, sort, mode;
    int64_t pid = 0;
    if (words >> number >> kind >> sort >> mode >> pid && kind == "FLOCK") return pid;
  }
  return 0;
}

void LookOnce(const stream::QueryOptions& query, StateLook* look) {
  look->checkpoint = checkpoint::Checkpoint::Look(
      checkpoint::LocalStorage(query.checkpoint_location), ScalaOf(query));
  const std::string id = look->checkpoint.ok() ? look->checkpoint->query_id : "";
  look->table = delta::LookAtTable(query.table_path, id);
  look->recovery.reset();
  if (!look->checkpoint.ok() || !look->table.ok()) return;
  const checkpoint::TableFacts facts{look->table->path,
                                     look->table->state == delta::DirectoryState::kTable,
                                     look->table->last_batch, look->table->last_origin.end_offsets};
  look->recovery = checkpoint::Decide(*look->checkpoint, facts);
}

}  // namespace

std::string WhyNotWritable(const std::string& directory) {
  std::error_code error;
  fs::path path = fs::absolute(directory, error).lexically_normal();
  if (error) return fmt::format("{}, from the working directory: {}", directory, error.message());
  while (!fs::exists(path, error) && path.has_parent_path() && path != path.parent_path()) {
    if (error && error.value() != ENOENT)
      return fmt::format("{}: {}", path.string(), error.message());
    path = path.parent_path();
  }
  if (!fs::is_directory(path, error)) return path.string() + " is a file, not a directory";
  if (faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return "";
  return fmt::format("{}: {} (user id {})", path.string(), std::strerror(errno), geteuid());
}

StateLook LookAtState(const stream::QueryOptions& query) {
  StateLook look;
  look.checkpoint_path = query.checkpoint_location;
  look.table_path = query.table_path;
  std::error_code ignored;
  look.checkpoint_there = fs::exists(query.checkpoint_location, ignored);
  look.not_writable = WhyNotWritable(query.checkpoint_location);
  look.holder = HolderOf(query.checkpoint_location + "/.sluice.lock");
  // A running query moves on between two files: what cannot be right is looked at again.
  for (int i = 0; i < kLooks; ++i) {
    if (i > 0) std::this_thread::sleep_for(kPause);
    LookOnce(query, &look);
    if (!look.recovery || look.recovery->ok()) break;
  }
  if (look.table.ok()) {
    look.table_not_writable = WhyNotWritable(look.table->path);
    if (look.table_not_writable.empty() && look.table->state == delta::DirectoryState::kTable)
      look.table_not_writable = WhyNotWritable(look.table->path + "/_delta_log");
  }
  return look;
}

}  // namespace sluice::doctor
