// SPDX-License-Identifier: Apache-2.0
#include "stream/stage_clock.h"

#include <ctime>

namespace sluice::stream {

namespace {

double ThreadCpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

StageClock::StageClock(std::map<std::string, double>& sums, const char* stage)
    : sum_(sums[stage]), started_(ThreadCpuSeconds()) {}

StageClock::~StageClock() { sum_ += seconds(); }

double StageClock::seconds() const { return ThreadCpuSeconds() - started_; }

}  // namespace sluice::stream
