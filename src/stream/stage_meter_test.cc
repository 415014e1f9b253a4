// SPDX-License-Identifier: Apache-2.0
#include "stream/stage_meter.h"

#include <gtest/gtest.h>

#include <numeric>

#include "core/testing/manual_clock.h"

namespace sluice::stream {
namespace {

using std::chrono::seconds;

class StageMeterTest : public testing::Test {
 protected:
  void Pass(int s) { clock_.SleepFor(seconds(s), {}); }
  double Of(Activity activity) const { return meter_.Seconds()[static_cast<size_t>(activity)]; }

  ManualClock clock_{0, ManualClock::Sleep::kJump};
  StageMeter meter_{clock_};
};

TEST_F(StageMeterTest, WaitsFromTheBeginning) {
  Pass(3);
  EXPECT_EQ(Of(Activity::kWaiting), 3);
  EXPECT_EQ(Of(Activity::kDecode), 0);
}

TEST_F(StageMeterTest, CountsWhatIsUnderWay) {
  meter_.Begin(Activity::kMemory);
  Pass(5);
  EXPECT_EQ(Of(Activity::kMemory), 5);
  EXPECT_EQ(meter_.End(), 5);
  EXPECT_EQ(Of(Activity::kMemory), 5);
}

TEST_F(StageMeterTest, AFetchIsWorkAsFarAsItTookTheProcessor) {
  meter_.Begin(Activity::kFetch);
  Pass(4);
  EXPECT_EQ(Of(Activity::kFetch), 0) << "not known yet";
  meter_.End(1);
  EXPECT_EQ(Of(Activity::kFetch), 1);
  EXPECT_EQ(Of(Activity::kWaiting), 3);
}

TEST_F(StageMeterTest, AllActivitiesAreTheTimeThatPassed) {
  for (const Activity activity : {Activity::kFetch, Activity::kDecode, Activity::kWrite}) {
    meter_.Begin(activity);
    Pass(2);
    meter_.End(0.5);
    Pass(1);
  }
  const ActivitySeconds all = meter_.Seconds();
  EXPECT_DOUBLE_EQ(std::accumulate(all.begin(), all.end(), 0.0), 9);
}

}  // namespace
}  // namespace sluice::stream
