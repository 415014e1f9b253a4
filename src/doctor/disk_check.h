// SPDX-License-Identifier: Apache-2.0
//
// Room, inodes and a working fsync where the table and the checkpoint are. A file of a few bytes is made,
// flushed, linked and removed: the only thing that these checks write.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "doctor/finding.h"

namespace sluice::doctor {

struct DiskLook {
  std::string path;     // that was looked at: the directory, or the nearest one above that is there
  std::string trouble;  // why nothing can be said
  uint64_t device = 0;
  int64_t free_bytes = 0;  // for this user
  int64_t size_bytes = 0;
  int64_t free_inodes = -1;  // -1: this file system does not count them
  int64_t inodes = -1;
  std::optional<std::chrono::milliseconds> fsync;  // how long it took
  std::string probe_trouble;  // why a file could not be made, flushed or linked
};

DiskLook LookAtDisk(const std::string& directory);

// One of each file system is told.
Finding CheckDisk(const std::vector<DiskLook>& disks);

// How many files and sockets the process may have open.
Finding CheckDescriptors(int64_t soft, int64_t hard, int64_t partitions);
struct DescriptorLimit {
  int64_t soft = 0;
  int64_t hard = 0;
};
DescriptorLimit LimitOfDescriptors();

}  // namespace sluice::doctor
