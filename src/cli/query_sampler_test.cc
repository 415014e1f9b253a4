// SPDX-License-Identifier: Apache-2.0
#include "cli/query_sampler.h"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

using stream::Activity;

void Set(stream::ActivitySeconds& seconds, Activity activity, double value) {
  seconds[static_cast<size_t>(activity)] = value;
}

TEST(StagesOf, EachStageHasTheWholeTimeOfItsThreads) {
  stream::QueryStats stats;
  stats.lanes.resize(2);
  for (stream::ActivitySeconds& lane : stats.lanes) {
    Set(lane, Activity::kWaiting, 4);
    Set(lane, Activity::kFetch, 1);
    Set(lane, Activity::kDecode, 3);
    Set(lane, Activity::kMemory, 2);
  }
  Set(stats.committer, Activity::kWaiting, 9);
  Set(stats.committer, Activity::kCommit, 1);
  auto stages = StagesOf(stats);
  EXPECT_EQ(stages["fetch"].busy, 2);
  EXPECT_EQ(stages["fetch"].backpressured, 4);
  EXPECT_EQ(stages["fetch"].idle, 14);
  EXPECT_EQ(stages["decode"].busy, 6);
  EXPECT_EQ(stages["decode"].idle, 14);
  EXPECT_EQ(stages["write"].idle, 20);
  EXPECT_EQ(stages["commit"].busy, 1);
  EXPECT_EQ(stages["commit"].idle, 9);
  for (const std::string& name : monitor::QueryMetrics::Stages())
    EXPECT_TRUE(stages.contains(name)) << name;
}

}  // namespace
}  // namespace sluice::cli
