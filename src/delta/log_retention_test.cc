// SPDX-License-Identifier: Apache-2.0
#include "delta/log_retention.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace sluice::delta {
namespace {

constexpr int64_t kDay = 24LL * 3600 * 1000;
constexpr int64_t kCutoff = 100 * kDay;
constexpr int64_t kOld = kCutoff - kDay;
constexpr int64_t kYoung = kCutoff + 1;

LogObject Object(int64_t version, const std::string& suffix, int64_t time_ms = kOld) {
  return {fmt::format("_delta_log/{:020}{}", version, suffix), 1, time_ms};
}

std::vector<LogObject> Commits(int64_t from, int64_t to, int64_t time_ms = kOld) {
  std::vector<LogObject> log;
  for (int64_t version = from; version < to; ++version)
    log.push_back(Object(version, ".json", time_ms));
  return log;
}

std::vector<std::string> Expired(std::vector<LogObject> log,
                                 std::optional<int64_t> hinted = std::nullopt,
                                 size_t limit = 1000) {
  const auto hint = hinted ? std::optional(TableVersion{*hinted}) : std::nullopt;
  std::vector<std::string> names;
  for (const std::string& path : ChooseExpired(log, kCutoff, hint, limit)) {
    const std::string name = path.substr(std::string("_delta_log/").size());
    names.push_back(std::to_string(std::stoll(name.substr(0, 20))) + name.substr(20));
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(LogRetentionTest, IntervalsOfSpark) {
  EXPECT_EQ(ParseInterval("interval 30 days"), 30 * kDay);
  EXPECT_EQ(ParseInterval("7 days"), 7 * kDay);
  EXPECT_EQ(ParseInterval("INTERVAL 1 week"), 7 * kDay);
  EXPECT_EQ(ParseInterval("interval 1 day 12 hours"), kDay + 12 * 3600 * 1000);
  for (const char* bad :
       {"", "interval", "a month", "interval 1 month", "interval 3", "1.5 days"}) {
    EXPECT_EQ(ParseInterval(bad), std::nullopt) << bad;
  }
}

TEST(LogRetentionTest, TheCutoffIsMidnight) {
  EXPECT_EQ(CutoffMs(50 * kDay + 5, 30 * kDay), 20 * kDay);
  EXPECT_EQ(CutoffMs(50 * kDay - 1, 30 * kDay), 19 * kDay);
}

TEST(LogRetentionTest, WithoutACheckpointNothingGoes) {
  EXPECT_EQ(Expired(Commits(0, 20)), Names{});
}

TEST(LogRetentionTest, TheNewestExpiredCheckpointStaysWithItsCommit) {
  auto log = Commits(0, 5);
  log.push_back(Object(1, ".checkpoint.parquet"));
  log.push_back(Object(1, ".crc"));
  log.push_back(Object(3, ".checkpoint.parquet"));
  EXPECT_EQ(Expired(log), (Names{"0.json", "1.json", "1.checkpoint.parquet", "1.crc", "2.json"}));
}

TEST(LogRetentionTest, AYoungCheckpointFreesNothing) {
  auto log = Commits(0, 5);
  log.push_back(Object(3, ".checkpoint.parquet", kYoung));
  EXPECT_EQ(Expired(log), Names{});
}

TEST(LogRetentionTest, AYoungFileEndsTheRun) {
  auto log = Commits(0, 5);
  log[2].modification_time_ms = kYoung;
  log.push_back(Object(4, ".checkpoint.parquet"));
  EXPECT_EQ(Expired(log), (Names{"0.json", "1.json"}));
}

TEST(LogRetentionTest, TheHintedCheckpointStays) {
  auto log = Commits(0, 5);
  log.push_back(Object(1, ".checkpoint.parquet"));
  log.push_back(Object(3, ".checkpoint.parquet"));
  EXPECT_EQ(Expired(log, 1), Names{"0.json"});
  EXPECT_EQ(Expired(log, 3).size(), 4u);
}

TEST(LogRetentionTest, ACheckpointInPartsCountsWhenAllAreThere) {
  auto log = Commits(0, 3);
  log.push_back(Object(2, ".checkpoint.0000000001.0000000002.parquet"));
  EXPECT_EQ(Expired(log), Names{});
  log.push_back(Object(2, ".checkpoint.0000000002.0000000002.parquet"));
  EXPECT_EQ(Expired(log), (Names{"0.json", "1.json"}));
}

TEST(LogRetentionTest, NamedCheckpointsAndCompactedCommitsAreKnown) {
  auto log = Commits(0, 3);
  log.push_back(Object(0, ".00000000000000000001.compacted.json"));
  log.push_back(Object(2, ".checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"));
  EXPECT_EQ(Expired(log), (Names{"0.json", "0.00000000000000000001.compacted.json", "1.json"}));
}

TEST(LogRetentionTest, WhatIsNotKnownStays) {
  auto log = Commits(0, 3);
  log.push_back(Object(2, ".checkpoint.parquet"));
  log.push_back({"_delta_log/_last_checkpoint", 1, kOld});
  log.push_back({"_delta_log/_sidecars/00000000000000000000.x.parquet", 1, kOld});
  log.push_back({"_delta_log/.00000000000000000000.json.crc", 1, kOld});
  log.push_back({"_delta_log/00000000000000000000.json.tmp.x", 1, kOld});
  EXPECT_EQ(Expired(log), (Names{"0.json", "1.json"}));
}

TEST(LogRetentionTest, ARoundIsBounded) {
  auto log = Commits(0, 50);
  log.push_back(Object(49, ".checkpoint.parquet"));
  EXPECT_EQ(Expired(log, std::nullopt, 7).size(), 7u);
}

}  // namespace
}  // namespace sluice::delta
