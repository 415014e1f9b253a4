// SPDX-License-Identifier: Apache-2.0
//
// What /proc says of this process.
#pragma once

#include <cstdint>

namespace sluice::monitor {

struct ProcessStats {
  double cpu_seconds = 0;
  double start_time_seconds = 0;  // since 1970
  int64_t resident_bytes = 0;
  int64_t peak_resident_bytes =
      0;  // of this program; getrusage() counts what its process ran before
  int64_t virtual_bytes = 0;
  int64_t threads = 0;
  int64_t open_fds = 0;
  int64_t max_fds = 0;
};

// What cannot be read stays 0.
ProcessStats ReadProcessStats();

}  // namespace sluice::monitor
