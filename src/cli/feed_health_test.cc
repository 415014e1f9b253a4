// SPDX-License-Identifier: Apache-2.0
#include "cli/feed_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sluice::cli {
namespace {

using produce::PollReport;
using produce::PollResult;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

FeedHealth Feed(const std::string& name) {
  produce::FeedOptions options;
  options.name = name;
  options.interval = seconds(20);
  options.timeout = seconds(10);
  return HealthOf(options);
}

FeedHealth Polled(const std::string& name, PollResult result, nanoseconds at,
                  const std::string& message = "") {
  FeedHealth health = Feed(name);
  PollReport report;
  report.result = result;
  report.message = message;
  report.header = 1'700'000'000;
  report.at_ms = 1'700'000'005'000;
  report.next_in = seconds(20);
  report.counts.messages = 3;
  TakeReport(report, at, health);
  return health;
}

TEST(Readiness, WaitsForKafkaFirst) {
  const auto readiness = JudgeReadiness({Polled("a", PollResult::kPublished, seconds(1))},
                                        "no broker answers", seconds(2));
  EXPECT_FALSE(readiness.ok);
  EXPECT_EQ(readiness.checks[0].detail, "no broker answers");
  EXPECT_TRUE(readiness.checks[1].ok);
}

TEST(Readiness, NeedsOneFeedThatIsWell) {
  EXPECT_EQ(JudgeReadiness({Feed("a"), Feed("b")}, "", seconds(1)).checks[1].detail,
            "no feed is well: a (not polled yet), b (not polled yet)");
  const auto readiness =
      JudgeReadiness({Polled("a", PollResult::kPublished, seconds(1)), Feed("b")}, "", seconds(2));
  EXPECT_TRUE(readiness.ok);
  EXPECT_EQ(readiness.checks[1].detail, "1 of 2 feeds are not well: b (not polled yet)");
}

TEST(Readiness, AllWellNeedsNoWords) {
  const auto readiness = JudgeReadiness({Polled("a", PollResult::kUnchanged, seconds(1)),
                                         Polled("b", PollResult::kNotModified, seconds(1))},
                                        "", seconds(2));
  EXPECT_TRUE(readiness.ok);
  EXPECT_EQ(readiness.checks[1].detail, "all are well");
}

TEST(Readiness, NamesWhyAFeedIsNotWell) {
  const auto readiness = JudgeReadiness(
      {Polled("a", PollResult::kTimeout, seconds(1), "nothing within 10 s")}, "", seconds(2));
  EXPECT_FALSE(readiness.ok);
  EXPECT_EQ(readiness.checks[1].detail, "no feed is well: a (timeout: nothing within 10 s)");
}

TEST(Readiness, AGoodPollOfLongAgoIsNotLately) {
  const std::vector<FeedHealth> feeds = {Polled("a", PollResult::kPublished, seconds(1))};
  EXPECT_TRUE(JudgeReadiness(feeds, "", seconds(71)).ok);
  const auto readiness = JudgeReadiness(feeds, "", seconds(72));
  EXPECT_FALSE(readiness.ok);
  EXPECT_EQ(readiness.checks[1].detail, "no feed is well: a (no poll for 71 s)");
}

TEST(Readiness, NamesTenAtMost) {
  std::vector<FeedHealth> feeds;
  for (int i = 0; i < 100; ++i) feeds.push_back(Feed("f" + std::to_string(i)));
  const auto readiness = JudgeReadiness(feeds, "", seconds(1));
  EXPECT_THAT(readiness.checks[1].detail,
              AllOf(HasSubstr("f9 ("), Not(HasSubstr("f10 (")), HasSubstr(" and 90 more")));
}

TEST(FeedLines, OneObjectAFeed) {
  const std::string lines =
      FeedLines({Feed("new"), Polled("a", PollResult::kPublished, seconds(1))}, seconds(2),
                1'700'000'006'500);
  const size_t end = lines.find('\n');
  const auto first = nlohmann::json::parse(lines.substr(0, end));
  EXPECT_EQ(first["source"], "new");
  EXPECT_EQ(first["well"], false);
  EXPECT_TRUE(first["last_result"].is_null());
  const auto second = nlohmann::json::parse(lines.substr(end + 1));
  EXPECT_EQ(second["last_result"], "published");
  EXPECT_EQ(second["last_good_poll_age_seconds"], 1.5);
  EXPECT_EQ(second["header_timestamp"], 1'700'000'000);
  EXPECT_EQ(second["messages"], 3);
  EXPECT_EQ(second["next_poll_seconds"], 19.0);
}

}  // namespace
}  // namespace sluice::cli
