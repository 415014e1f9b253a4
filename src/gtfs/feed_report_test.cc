// SPDX-License-Identifier: Apache-2.0
#include "gtfs/feed_report.h"

#include <gtest/gtest.h>

#include "gtfs/feed_report_text.h"
#include "gtfs/testing/feed_text.h"
#include "gtfs/testing/reference_json.h"

namespace sluice::gtfs {
namespace {

using testing::FeedOf;
using testing::Json;
using testing::kHeader;

constexpr int64_t kNow = 1700000010;

FeedReport Report(const std::string& text, bool is_live = true,
                  const MessageOptions& messages = {}) {
  return Inspect(FeedOf(text), {.now_seconds = kNow, .is_live = is_live, .messages = messages});
}

TEST(FeedReport, AGoodFeedIsGood) {
  const FeedReport report = Report(std::string(kHeader) + R"(entity { id: "1" vehicle {
      trip { trip_id: "T" } vehicle { id: "V" } position { latitude: 1 longitude: 2 } timestamp: 1699999990 } })");
  EXPECT_EQ(report.verdict, Verdict::kGood);
  EXPECT_EQ(report.fate, "writes 1 message in mode feed");
  EXPECT_EQ(
      ReportText(report, "vehicles.pb"),
      "source      vehicles.pb\n"
      "body        a GTFS-Realtime feed, 50 bytes\n"
      "header      version 2.0, FULL_DATASET, 2023-11-14T22:13:20Z, 10 s old\n"
      "entities    1: 1 vehicle\n"
      "vehicles    1 with a trip, 0 without; 0 without a position, 0 at 0,0; 0 without an id\n"
      "ages        median 10 s, 95 % within 10 s, oldest 10 s before the header\n"
      "            to 30 s: 1, to 90 s: 0, to 5 min: 0, to 60 min: 0, older: 0\n"
      "faults      none\n"
      "sizes       Protobuf 50 bytes; JSON:\n"
      "            feed          1 message,           361 bytes, the largest 361\n"
      "            entity        1 message,           250 bytes, the largest 250\n"
      "            chunk         1 message,           391 bytes, the largest 391\n"
      "verdict     good\n"
      "producer    writes 1 message in mode feed\n");
}

TEST(FeedReport, CountsWhatAnEngineerAsksFor) {
  const FeedReport report = Report(std::string(kHeader) + R"(
      entity { id: "1" vehicle { trip { } vehicle { id: "V" } timestamp: 1699999980 } }
      entity { id: "1" vehicle { vehicle { id: "V" } position { latitude: 0 longitude: 0 } timestamp: 1699990000 } }
      entity { id: "3" vehicle { timestamp: 1700003600 } }
      entity { id: "4" trip_update { trip { trip_id: "T" } stop_time_update { } stop_time_update { } } }
      entity { id: "5" is_deleted: true alert { } }
      entity { id: "6" trip_modifications { } } entity { })");
  EXPECT_EQ(report.entities, 7);
  EXPECT_EQ(report.by_kind, (std::array<int64_t, kEntityKinds>{1, 3, 1, 0, 0, 1, 1}));
  EXPECT_EQ(report.deleted, 1);
  EXPECT_EQ(report.stop_time_updates, 2);
  EXPECT_EQ(report.vehicles.with_trip, 1);
  EXPECT_EQ(report.vehicles.without_trip, 2);
  EXPECT_EQ(report.vehicles.without_position, 2);
  EXPECT_EQ(report.vehicles.at_zero, 1);
  EXPECT_EQ(report.vehicles.without_id, 1);
  EXPECT_EQ(report.ages.classes, (std::array<int64_t, 5>{1, 0, 0, 0, 1}));
  EXPECT_EQ(report.ages.oldest, 10000);
  EXPECT_EQ(report.ages.in_future, 1);
  EXPECT_EQ(report.ages.farthest_future, 3600);
  EXPECT_EQ(report.ages.without_time, 1);
  EXPECT_EQ(report.verdict, Verdict::kUsable);
  EXPECT_EQ(report.findings, (std::vector<std::string>{"1 entity id is there more than once: 1",
                                                       "1 vehicle id is there more than once: V",
                                                       "1 x missing_required"}));
}

TEST(FeedReport, TellsOfTheHeadersAgeOnlyWhenItIsFresh) {
  const std::string old = R"(header { gtfs_realtime_version: "2.0" timestamp: 1699999000 })";
  EXPECT_EQ(Report(old).findings, std::vector<std::string>{"its header is 1010 seconds old"});
  EXPECT_TRUE(Report(old, false).findings.empty());
  const std::string future = R"(header { gtfs_realtime_version: "2.0" timestamp: 1700003610 })";
  EXPECT_EQ(Report(future).findings,
            std::vector<std::string>{"its header is 3600 seconds in the future"});
  EXPECT_EQ(Report(R"(header { gtfs_realtime_version: "2.0" })").findings,
            std::vector<std::string>{"its header has no timestamp: its age cannot be told"});
  EXPECT_EQ(Report(R"(entity { id: "1" })").findings[0], "it has no header");
  // Absurd times do not upset anything.
  EXPECT_EQ(Report(R"(header { gtfs_realtime_version: "2.0" timestamp: 18446744073709551615 }
                      entity { id: "1" vehicle { timestamp: 18446744073709551615 } })")
                .ages.oldest,
            0);
}

TEST(FeedReport, TellsWhatTheProducerWouldDo) {
  std::string text(kHeader);
  for (int i = 0; i < 20; ++i)
    text += R"(entity { id: "\377" alert { url { translation { text: "x" } } } })";
  text += R"(entity { id: "b" alert { url { translation { text: ")" + std::string(2000, 'x') +
          R"(" } } } })";
  EXPECT_EQ(Report(text, true, {.max_bytes = 1500}).fate,
            "writes 1 message in mode feed, as chunks: the feed is larger than 1500 bytes; leaves "
            "out 1 entity; "
            "20 entities go out with faults");
  EXPECT_EQ(Report(text, true, {.mode = MessageMode::kEntity}).fate,
            "writes 21 messages in mode entity; 20 entities go out with faults");
}

TEST(FeedReport, WhatIsNoFeedIsNamed) {
  const FeedReport report = Inspect("<html><title>Sign in</title>", {.now_seconds = kNow});
  EXPECT_EQ(report.verdict, Verdict::kNotAFeed);
  EXPECT_EQ(ReportText(report, "x"),
            "source      x\n"
            "body        28 bytes: an HTML page, titled \"Sign in\"\n"
            "verdict     not a feed\n"
            "producer    refuses it, counts it as html and goes on with the next poll\n");
  EXPECT_EQ(
      ReportJson(report, "x"),
      R"({"source":"x","verdict":"not_a_feed","findings":["it is an HTML page, titled \"Sign in\""],)"
      R"("producer":"refuses it, counts it as html and goes on with the next poll",)"
      R"("body":{"kind":"html","bytes":28,"is":"an HTML page, titled \"Sign in\""}})");
}

TEST(FeedReport, JsonHoldsTheSameFacts) {
  const Json json = Json::parse(ReportJson(
      Report(std::string(kHeader) + R"(entity { id: "\377" vehicle { timestamp: 1699999990 } })"),
      "x"));
  EXPECT_EQ(json["verdict"], "usable");
  EXPECT_EQ(json["header"]["age_seconds"], 10);
  EXPECT_EQ(json["entities_by_kind"]["vehicle"], 1);
  EXPECT_EQ(json["ages"]["median_seconds"], 10);
  EXPECT_EQ(json["faults"]["invalid_utf8"], 1);
  EXPECT_EQ(json["faults"]["first"][0]["field"], "id");
  EXPECT_EQ(json["modes"]["entity"]["messages"], 1);
  EXPECT_EQ(json["entities_repaired"], 1);
}

TEST(FeedReport, TextsOfTheFeedDoNothingToATerminal) {
  const Fault fault{.kind = FaultKind::kInvalidUtf8,
                    .entity = "a\x1b[2J\n2026 ERROR",
                    .field = "id",
                    .detail = ""};
  EXPECT_EQ(fault.ToString(), "entity a?[2J?2026 ERROR: id: invalid_utf8");
  FeedReport report;
  report.body.kind = BodyKind::kFeed;
  report.findings = {"1 entity id is used twice (a\x1b]0;b\x07)"};
  report.faults.Add(fault);
  const std::string text = ReportText(report, "source");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("twice (a?]0;b?)"), std::string::npos);
}

}  // namespace
}  // namespace sluice::gtfs
