// SPDX-License-Identifier: Apache-2.0
#include "cli/feed_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

using monitor::LogLevel;
using produce::FeedFault;
using produce::PollReport;
using produce::PollResult;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

PollReport Report(PollResult result, const std::string& message = "") {
  PollReport report;
  report.result = result;
  report.message = message;
  report.next_in = seconds(20);
  return report;
}

// A log, and the lines above debug that each poll, 20 s after the last, is worth.
struct Feed {
  FeedLog log{"city"};
  nanoseconds now{0};
  std::vector<FeedLogLine> lines;

  std::vector<std::string> Poll(const PollReport& report) {
    now += seconds(20);
    lines = log.Lines(report, now);
    std::erase_if(lines, [](const FeedLogLine& line) { return line.level == LogLevel::kDebug; });
    std::vector<std::string> texts;
    for (const FeedLogLine& line : lines) texts.push_back(line.message);
    return texts;
  }
};

TEST(FeedLog, AGoodPollIsADebugLineOnly) {
  FeedLog log("city");
  const auto lines = log.Lines(Report(PollResult::kPublished), seconds(1));
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].level, LogLevel::kDebug);
  EXPECT_EQ(lines[0].event, "poll");
  EXPECT_EQ(lines[0].message, "city: published");
}

TEST(FeedLog, AFailureIsToldOnceAndThenNowAndThen) {
  Feed feed;
  EXPECT_THAT(
      feed.Poll(Report(PollResult::kTimeout, "nothing within 30 s")),
      ElementsAre("city: timeout: nothing within 30 s (failed polls in a row: 1; next in 20 s)"));
  EXPECT_EQ(feed.lines[0].level, LogLevel::kWarn);
  EXPECT_EQ(feed.lines[0].event, "feed_failing");
  int told = 0;
  for (int i = 0; i < 90; ++i)  // half an hour
    told += static_cast<int>(feed.Poll(Report(PollResult::kTimeout, "nothing within 30 s")).size());
  EXPECT_EQ(told, 3);
}

TEST(FeedLog, AnotherFailureIsToldAtOnce) {
  Feed feed;
  feed.Poll(Report(PollResult::kTimeout, "slow"));
  EXPECT_THAT(feed.Poll(Report(PollResult::kHttpError, "HTTP 500")), SizeIs(1));
  EXPECT_THAT(feed.Poll(Report(PollResult::kHttpError, "HTTP 500")), IsEmpty());
}

TEST(FeedLog, ARefusalIsAnErrorEachTime) {
  Feed feed;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(feed.Poll(Report(PollResult::kRefused, "HTTP 403")),
                ElementsAre(HasSubstr("HTTP 403")));
    EXPECT_EQ(feed.lines[0].level, LogLevel::kError);
  }
}

TEST(FeedLog, RecoveryIsTold) {
  Feed feed;
  for (int i = 0; i < 7; ++i) feed.Poll(Report(PollResult::kConnect, "refused"));
  EXPECT_THAT(feed.Poll(Report(PollResult::kUnchanged)),
              ElementsAre("city: well again after 7 failed polls (connect)"));
  EXPECT_EQ(feed.lines[0].event, "feed_recovered");
  EXPECT_THAT(feed.Poll(Report(PollResult::kPublished)), IsEmpty());
}

TEST(FeedLog, FrozenIsToldWhenItBeginsAndWhenItEnds) {
  Feed feed;
  PollReport frozen =
      Report(PollResult::kUnchanged, "the header's time has not changed for 11 min");
  frozen.faults = {FeedFault::kFrozen};
  EXPECT_THAT(feed.Poll(frozen), ElementsAre("city: the feed is frozen: the header's time has not "
                                             "changed for 11 min"));
  EXPECT_EQ(feed.lines[0].event, "feed_fault");
  EXPECT_THAT(feed.Poll(frozen), IsEmpty());
  EXPECT_THAT(feed.Poll(Report(PollResult::kPublished)), ElementsAre("city: no longer frozen"));
  EXPECT_THAT(feed.Poll(frozen), SizeIs(1));  // again, so it is told again
}

TEST(FeedLog, AFailureBetweenDoesNotThaw) {
  Feed feed;
  PollReport frozen = Report(PollResult::kUnchanged, "frozen");
  frozen.faults = {FeedFault::kFrozen};
  feed.Poll(frozen);
  feed.Poll(Report(PollResult::kTimeout, "slow"));
  EXPECT_THAT(feed.Poll(frozen), ElementsAre(HasSubstr("well again")));
}

TEST(FeedLog, OlderHeadersAreWarnedOfEveryTenMinutes) {
  Feed feed;
  PollReport older = Report(PollResult::kOlder, "the header is 60 s older than one seen before");
  older.faults = {FeedFault::kOlder};
  int told = 0;
  for (int i = 0; i < 90; ++i) told += static_cast<int>(feed.Poll(older).size());
  EXPECT_EQ(told, 3);
}

TEST(FeedLog, WhatAFeedAlwaysDoesIsToldOnceADay) {
  Feed feed;
  PollReport report = Report(PollResult::kPublished);
  report.faults = {FeedFault::kNoTimestamp, FeedFault::kSameTime};
  EXPECT_THAT(feed.Poll(report), SizeIs(2));
  EXPECT_EQ(feed.lines[0].level, LogLevel::kInfo);
  for (int i = 0; i < 1000; ++i) EXPECT_THAT(feed.Poll(report), IsEmpty());
}

TEST(FeedLog, BadEntitiesAreNamed) {
  Feed feed;
  PollReport report = Report(PollResult::kPublished);
  report.counts.faults.repaired = 1;
  report.counts.faults.dropped = 4;
  for (int i = 0; i < 5; ++i) {
    report.counts.faults.Add(
        {gtfs::FaultKind::kInvalidUtf8, "e" + std::to_string(i), "vehicle.stop_id", "at byte 3"});
  }
  EXPECT_THAT(
      feed.Poll(report),
      ElementsAre(::testing::AllOf(HasSubstr("city: 1 entities repaired, 4 left out: entity e0: "),
                                   HasSubstr("5 faults in all"))));
  EXPECT_THAT(feed.Poll(report), IsEmpty());
}

TEST(FeedLog, ChunksAreWarnedOf) {
  Feed feed;
  PollReport report = Report(PollResult::kPublished, "the feed is larger than a message");
  report.counts.fell_to_chunks = true;
  EXPECT_THAT(feed.Poll(report), ElementsAre("city: the feed is larger than a message"));
  EXPECT_EQ(feed.lines[0].event, "feed_in_chunks");
}

}  // namespace
}  // namespace sluice::cli
