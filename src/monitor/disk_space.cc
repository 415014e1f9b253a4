// SPDX-License-Identifier: Apache-2.0
#include "monitor/disk_space.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace sluice::monitor {

std::optional<DiskSpace> ReadDiskSpace(const std::string& path) {
  std::error_code error;
  std::filesystem::path at = std::filesystem::absolute(path, error);
  if (error) return std::nullopt;
  struct statvfs stats{};
  while (statvfs(at.c_str(), &stats) != 0) {
    if (errno != ENOENT || at == at.parent_path()) return std::nullopt;
    at = at.parent_path();
  }
  const auto unit = static_cast<int64_t>(stats.f_frsize);
  return DiskSpace{static_cast<int64_t>(stats.f_blocks) * unit,
                   static_cast<int64_t>(stats.f_bavail) * unit};
}

}  // namespace sluice::monitor
