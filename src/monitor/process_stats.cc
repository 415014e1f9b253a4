// SPDX-License-Identifier: Apache-2.0
#include "monitor/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace sluice::monitor {

namespace {

// Fields of /proc/self/stat from the third on (proc(5)); the second is a name that may hold spaces.
std::vector<std::string> StatFields() {
  std::ifstream in("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double BootTimeSeconds() {
  std::ifstream in("/proc/stat");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return 0;
}

int64_t PeakResidentBytes() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::strtoll(line.c_str() + 6, nullptr, 10) * 1024;
  }
  return 0;
}

int64_t CountOpenFds() {
  int64_t count = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++count;
  return count;
}

}  // namespace

ProcessStats ReadProcessStats() {
  ProcessStats stats;
  const std::vector<std::string> fields = StatFields();
  if (fields.size() > 21) {
    const auto number = [&](size_t field) {
      return std::strtoll(fields[field - 3].c_str(), nullptr, 10);
    };
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    stats.cpu_seconds = static_cast<double>(number(14) + number(15)) / ticks;
    stats.threads = number(20);
    stats.start_time_seconds = BootTimeSeconds() + static_cast<double>(number(22)) / ticks;
    stats.virtual_bytes = number(23);
    stats.resident_bytes = number(24) * sysconf(_SC_PAGESIZE);
  }
  stats.peak_resident_bytes = PeakResidentBytes();
  stats.open_fds = CountOpenFds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = static_cast<int64_t>(limit.rlim_cur);
  return stats;
}

}  // namespace sluice::monitor
