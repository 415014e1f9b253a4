// SPDX-License-Identifier: Apache-2.0
#include "monitor/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing/manual_clock.h"

namespace sluice::monitor {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

const Check& Named(const Probe& probe, const std::string& name) {
  for (const Check& check : probe.checks)
    if (check.name == name) return check;
  ADD_FAILURE() << "no check " << name;
  return probe.checks.front();
}

class HealthTest : public ::testing::Test {
 protected:
  void Run() {
    health_.Opened();
    health_.Positioned();
    health_.SetState(QueryPhase::kRunning, "", "running");
  }
  ManualClock clock_{1'700'000'000'000};
  std::vector<std::string> missing_;
  Health health_{{.interval = seconds(60),
                  .stall_after = minutes(5),
                  .missing_topics = [this] { return missing_; }},
                 clock_};
};

TEST_F(HealthTest, IsReadyWhenAllIsKnownAndItRuns) {
  EXPECT_FALSE(health_.ready().ok);
  health_.Opened();
  health_.SetState(QueryPhase::kRunning, "", "running");
  EXPECT_EQ(Named(health_.ready(), "kafka").detail, "the partitions are not known yet");
  health_.Positioned();
  EXPECT_TRUE(health_.ready().ok);
}

TEST_F(HealthTest, ATopicThatIsMissingIsNamedWhateverTheQueryThinks) {
  Run();
  missing_ = {"bus", "tram"};
  const Probe probe = health_.ready();
  EXPECT_FALSE(probe.ok);
  EXPECT_EQ(Named(probe, "kafka").detail,
            "not there, or this user may not see it: topic bus, topic tram");
  EXPECT_TRUE(Named(probe, "query").ok);
  missing_ = {"a", "b", "c", "d", "e", "f", "g"};
  EXPECT_THAT(Named(health_.ready(), "kafka").detail, HasSubstr("topic e and 2 more"));
}

TEST_F(HealthTest, AnErrorBelongsToItsCheck) {
  Run();
  health_.SetState(QueryPhase::kWaiting, "storage", "waiting: no space");
  EXPECT_FALSE(Named(health_.ready(), "table").ok);
  EXPECT_TRUE(Named(health_.ready(), "kafka").ok);
  health_.SetState(QueryPhase::kWaiting, "kafka", "waiting: no broker");
  EXPECT_TRUE(Named(health_.ready(), "table").ok);
  EXPECT_EQ(Named(health_.ready(), "kafka").detail, "waiting: no broker");
}

TEST_F(HealthTest, HasBegunOnceItWasOpened) {
  EXPECT_FALSE(health_.started().ok);
  health_.Opened();
  health_.SetState(QueryPhase::kWaiting, "kafka", "waiting: no broker");
  EXPECT_TRUE(health_.started().ok);
}

TEST_F(HealthTest, BetweenTriggersTheIntervalIsAllowedOnTop) {
  Run();
  clock_.Advance(minutes(6));
  EXPECT_TRUE(health_.alive().ok);
  clock_.Advance(seconds(1));
  EXPECT_FALSE(health_.alive().ok);
  EXPECT_FALSE(health_.ready().ok);
  health_.Sign();
  EXPECT_TRUE(health_.alive().ok);
}

TEST_F(HealthTest, ABatchUnderWayMustMove) {
  Run();
  health_.BatchPlanned();
  clock_.Advance(minutes(5) + seconds(1));
  EXPECT_FALSE(health_.alive().ok);
  health_.BatchDone();
  clock_.Advance(minutes(6));
  EXPECT_TRUE(health_.alive().ok);
}

TEST_F(HealthTest, BeforeItRunsAndWhileItEndsNothingIsStuck) {
  clock_.Advance(minutes(60));
  EXPECT_TRUE(health_.alive().ok) << "starting";
  Run();
  health_.BatchPlanned();
  health_.SetState(QueryPhase::kEnding, "", "stopping");
  clock_.Advance(minutes(60));
  EXPECT_TRUE(health_.alive().ok);
}

TEST_F(HealthTest, SinceWhenIsWhenItChanged) {
  Run();
  clock_.Advance(seconds(5));
  health_.SetState(QueryPhase::kWaiting, "kafka", "waiting: one");
  clock_.Advance(seconds(5));
  health_.SetState(QueryPhase::kWaiting, "kafka", "waiting: two");
  const Probe probe = health_.ready();
  EXPECT_EQ(Named(probe, "kafka").since_ms, 1'700'000'005'000);
  EXPECT_EQ(Named(probe, "kafka").detail, "waiting: two");
  EXPECT_EQ(Named(probe, "table").since_ms, 1'700'000'000'000);
}

TEST(ProbeJson, IsOneLineOfChecks) {
  Probe probe = ProbeOf({{"a", true, "fine"}, {"b", false, "\"why\"\n"}});
  CheckTimes().Note(probe, 1'700'000'000'123);
  EXPECT_EQ(
      ProbeJson(probe, true),
      R"({"ok":false,"checks":[{"name":"a","ok":true,"detail":"fine","since":"2023-11-14T22:13:20.123Z"},)"
      R"({"name":"b","ok":false,"detail":"\"why\"\n","since":"2023-11-14T22:13:20.123Z"}]})"
      "\n");
  EXPECT_EQ(ProbeJson(ProbeOf({{"a", true, "fine", 0}}), false),
            R"({"ok":true,"checks":[{"name":"a","ok":true,"since":"1970-01-01T00:00:00.000Z"}]})"
            "\n");
}

}  // namespace
}  // namespace sluice::monitor
