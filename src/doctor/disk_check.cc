// SPDX-License-Identifier: Apache-2.0
#include "doctor/disk_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "core/value_text.h"
#include "doctor/wording.h"

namespace sluice::doctor {

namespace {

namespace fs = std::filesystem;

// Below the first a batch may not fit; below the second it is time to look.
constexpr int64_t kLeastBytes = 64 << 20;
constexpr int64_t kFewBytes = 2LL << 30;
constexpr double kFewShare = 0.05;
constexpr int64_t kLeastInodes = 100;
constexpr int64_t kFewInodes = 10000;
constexpr std::chrono::milliseconds kSlowFsync{500};
// Files, sockets to brokers and readers of the monitor, with room to spare.
constexpr int64_t kBaseDescriptors = 512;
constexpr int64_t kDescriptorsAPartition = 2;

std::string Because(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

// Empty if a file can be made, flushed and linked here.
std::string Probe(const fs::path& directory, std::chrono::milliseconds* took) {
  const fs::path file = directory / fmt::format(".sluice-doctor-{}", getpid());
  const fs::path link = file.string() + ".link";
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Because("a file cannot be made");
  const auto begin = std::chrono::steady_clock::now();
  std::string trouble;
  if (write(fd, "probe", 5) != 5) trouble = Because("a file cannot be written");
  if (trouble.empty() && fsync(fd) != 0) trouble = Because("fsync fails");
  *took = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  if (trouble.empty() && ::link(file.c_str(), link.c_str()) != 0)
    trouble = Because("no hard links, which commits need");
  close(fd);
  unlink(link.c_str());
  unlink(file.c_str());
  return trouble;
}

std::string Room(const DiskLook& disk) {
  std::string text =
      fmt::format("{}: {} free of {}", disk.path, Bytes(disk.free_bytes), Bytes(disk.size_bytes));
  if (disk.free_inodes >= 0 && disk.free_inodes < kFewInodes)
    text += ", " + Counted(disk.free_inodes, "inode", "inodes") + " free";
  if (disk.fsync) text += fmt::format(", fsync {} ms", disk.fsync->count());
  return text;
}

Finding CheckOne(const DiskLook& disk) {
  if (!disk.trouble.empty()) {
    return Fail("disk", fmt::format("{}: {}", disk.path, disk.trouble),
                "check that the file system is mounted and that this user may look into it");
  }
  if (!disk.probe_trouble.empty()) {
    return Fail("disk", fmt::format("{}: {}", disk.path, disk.probe_trouble),
                "mend the file system, its rights or its quota, or use another directory");
  }
  if (disk.free_bytes < kLeastBytes)
    return Fail("disk", Room(disk), "make room: batches are taken back until there is some");
  if (disk.free_inodes >= 0 && disk.free_inodes < kLeastInodes)
    return Fail("disk", Room(disk), "delete small files: no inode is left for new ones");
  const bool few_bytes =
      disk.free_bytes < kFewBytes &&
      static_cast<double>(disk.free_bytes) < kFewShare * static_cast<double>(disk.size_bytes);
  if (few_bytes || (disk.free_inodes >= 0 && disk.free_inodes < kFewInodes))
    return Warn("disk", Room(disk), "make room, or vacuum the table");
  if (disk.fsync && *disk.fsync > kSlowFsync)
    return Warn("disk", Room(disk), "use a quicker disk: each batch waits for several of these");
  return Ok("disk", Room(disk));
}

}  // namespace

DiskLook LookAtDisk(const std::string& directory) {
  DiskLook disk;
  std::error_code error;
  fs::path path = fs::absolute(directory, error).lexically_normal();
  if (error) {
    disk.path = directory;
    disk.trouble = "the working directory: " + error.message();
    return disk;
  }
  while (!fs::is_directory(path, error) && path != path.parent_path()) path = path.parent_path();
  disk.path = path.string();
  struct statvfs room{};
  struct stat found{};
  if (statvfs(path.c_str(), &room) != 0 || stat(path.c_str(), &found) != 0) {
    disk.trouble = std::strerror(errno);
    return disk;
  }
  disk.device = found.st_dev;
  disk.free_bytes = static_cast<int64_t>(room.f_bavail * room.f_frsize);
  disk.size_bytes = static_cast<int64_t>(room.f_blocks * room.f_frsize);
  if (room.f_files > 0) {
    disk.inodes = static_cast<int64_t>(room.f_files);
    disk.free_inodes = static_cast<int64_t>(room.f_favail);
  }
  std::chrono::milliseconds took{0};
  disk.probe_trouble = Probe(path, &took);
  if (disk.probe_trouble.empty()) disk.fsync = took;
  return disk;
}

Finding CheckDisk(const std::vector<DiskLook>& disks) {
  Finding worst = Ok("disk", "");
  std::vector<std::string> well;
  std::set<uint64_t> told;
  for (const DiskLook& disk : disks) {
    Finding finding = CheckOne(disk);
    const bool again = !told.insert(disk.device).second;
    if (finding.severity == Severity::kOk && !again) well.push_back(finding.seen);
    if (finding.severity > worst.severity) worst = std::move(finding);
  }
  if (worst.severity == Severity::kOk) worst.seen = List(well, well.size());
  return worst;
}

Finding CheckDescriptors(int64_t soft, int64_t hard, int64_t partitions) {
  const int64_t wanted = kBaseDescriptors + kDescriptorsAPartition * partitions;
  const std::string seen =
      soft == INT64_MAX ? "open files: no limit" : WithThousands(soft) + " open files allowed here";
  if (soft >= wanted) return Ok("descriptors", seen);
  return Warn("descriptors", fmt::format("{}, {} are wanted", seen, WithThousands(wanted)),
              hard >= wanted
                  ? fmt::format("ulimit -n {} before the start (LimitNOFILE= in a unit)", wanted)
                  : "raise the hard limit (LimitNOFILE= in a unit, limits.conf)");
}

DescriptorLimit LimitOfDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  const auto number = [](rlim_t value) {
    return value == RLIM_INFINITY ? INT64_MAX : static_cast<int64_t>(value);
  };
  return {number(limit.rlim_cur), number(limit.rlim_max)};
}

}  // namespace sluice::doctor
