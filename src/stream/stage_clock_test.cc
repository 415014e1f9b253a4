// SPDX-License-Identifier: Apache-2.0
#include "stream/stage_clock.h"

#include <gtest/gtest.h>

#include <ctime>

namespace sluice::stream {
namespace {

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void Work(double seconds) {
  const double until = CpuSeconds() + seconds;
  while (CpuSeconds() < until) {
  }
}

TEST(StageClock, AddsTheWorkOfItsScopeToItsStage) {
  std::map<std::string, double> sums;
  const double begun = CpuSeconds();
  {
    const StageClock clock(sums, "decode");
    Work(0.002);
  }
  {
    const StageClock clock(sums, "decode");
    Work(0.003);
  }
  Work(0.002);
  const double all = CpuSeconds() - begun;
  EXPECT_GE(sums.at("decode"), 0.005);
  EXPECT_LE(sums.at("decode"), all - 0.002) << "what came after the scope is not of the stage";
  EXPECT_EQ(sums.size(), 1u);
}

TEST(StageClock, StagesAreCountedApart) {
  std::map<std::string, double> sums{{"write", 5.0}};
  {
    const StageClock clock(sums, "fetch");
    Work(0.001);
  }
  EXPECT_GE(sums.at("fetch"), 0.001);
  EXPECT_EQ(sums.at("write"), 5.0);
}

}  // namespace
}  // namespace sluice::stream
