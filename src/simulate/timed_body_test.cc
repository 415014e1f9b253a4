// SPDX-License-Identifier: Apache-2.0
#include "simulate/timed_body.h"

#include <gtest/gtest.h>

#include "core/testing/manual_clock.h"

namespace sluice::simulate {
namespace {

using http::BodyStep;
using std::chrono::seconds;

class TimedBodyTest : public testing::Test {
 protected:
  // What the source gives from `got_` on until it waits or ends.
  BodyStep::Kind Read(const http::BodySource& source) {
    for (;;) {
      char buffer[7];
      const BodyStep step = source(got_.size(), buffer);
      if (step.kind != BodyStep::Kind::kBytes) return step.kind;
      EXPECT_GT(step.bytes, 0u);
      got_.append(buffer, step.bytes);
    }
  }
  const std::string text_ = "a body of one hundred bytes " + std::string(72, '.');
  const Body body_ = std::make_shared<const std::string>(text_);
  ManualClock clock_{0};
  std::string got_;
};

TEST_F(TimedBodyTest, ASlowBodyComesEvenly) {
  const http::BodySource source = SlowBody(body_, seconds(10), clock_);
  EXPECT_EQ(Read(source), BodyStep::Kind::kWait);
  EXPECT_EQ(got_.size(), 0u);
  clock_.Advance(seconds(3));
  EXPECT_EQ(Read(source), BodyStep::Kind::kWait);
  EXPECT_EQ(got_.size(), 30u);
  clock_.Advance(seconds(6));
  EXPECT_EQ(Read(source), BodyStep::Kind::kWait);
  EXPECT_EQ(got_.size(), 90u);
  clock_.Advance(seconds(100));
  EXPECT_EQ(Read(source), BodyStep::Kind::kEnd);
  EXPECT_EQ(got_, text_);
}

TEST_F(TimedBodyTest, ABreakingBodyBreaks) {
  EXPECT_EQ(Read(BreakingBody(body_, 40)), BodyStep::Kind::kAbort);
  EXPECT_EQ(got_, text_.substr(0, 40));
}

TEST_F(TimedBodyTest, AShorterBodyBreaksBeforeItsLastByte) {
  EXPECT_EQ(Read(BreakingBody(body_, 4000)), BodyStep::Kind::kAbort);
  EXPECT_EQ(got_, text_.substr(0, 99));
}

TEST_F(TimedBodyTest, AStallingBodyWaits) {
  EXPECT_EQ(Read(StallingBody(body_, 40)), BodyStep::Kind::kWait);
  EXPECT_EQ(got_, text_.substr(0, 40));
  clock_.Advance(seconds(100));
  EXPECT_EQ(Read(StallingBody(body_, 40)), BodyStep::Kind::kWait);
}

}  // namespace
}  // namespace sluice::simulate
