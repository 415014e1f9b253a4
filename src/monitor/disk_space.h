// SPDX-License-Identifier: Apache-2.0
//
// The room on a file system.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sluice::monitor {

struct DiskSpace {
  int64_t size_bytes = 0;
  int64_t free_bytes = 0;  // for this user
};

// Of the file system that has `path`, or would have it. Null if it cannot be told.
std::optional<DiskSpace> ReadDiskSpace(const std::string& path);

}  // namespace sluice::monitor
