// SPDX-License-Identifier: Apache-2.0
//
// CPU seconds of the calling thread, added to a stage's sum.
#pragma once

#include <map>
#include <string>

namespace sluice::stream {

// StageClock clock(stats.cpu_seconds, "decode");   // until the end of the scope
class StageClock {
 public:
  StageClock(std::map<std::string, double>& sums, const char* stage);
  StageClock(const StageClock&) = delete;
  StageClock& operator=(const StageClock&) = delete;
  ~StageClock();
  // So far.
  double seconds() const;

 private:
  double& sum_;
  double started_;
};

}  // namespace sluice::stream
