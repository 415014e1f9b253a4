// SPDX-License-Identifier: Apache-2.0
#include "monitor/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::monitor {
namespace {

class FixedClock : public Clock {
 public:
  int64_t NowMs() const override { return 1700000000123; }
  std::chrono::nanoseconds Monotonic() const override { return {}; }
  bool SleepFor(std::chrono::nanoseconds, const std::stop_token&) override { return true; }
};

LogRecord Record() {
  LogRecord record;
  record.at_ms = 1700000000123;
  record.level = LogLevel::kWarn;
  record.event = "batch";
  record.message = "batch 7 \"done\"";
  record.query = "q";
  record.fields = {{"rows", int64_t{9007199254740993}},
                   {"ratio", 0.5},
                   {"path", std::string("/a b")},
                   {"code", std::string("X.Y")}};
  return record;
}

TEST(FormatJsonLine, IsOneObjectWithExactIntegers) {
  EXPECT_EQ(
      FormatJsonLine(Record()),
      R"({"ts":"2023-11-14T22:13:20.123Z","level":"warn","event":"batch","message":"batch 7 \"done\"","query":"q",)"
      R"("rows":9007199254740993,"ratio":0.5,"path":"/a b","code":"X.Y"})");
}

TEST(FormatJsonLine, HasNoNewlineAndNoBrokenUtf8) {
  LogRecord record;
  record.message = "two\nlines \xff";
  const std::string line = FormatJsonLine(record);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\xff'), std::string::npos);
  EXPECT_EQ(line.find("\"query\""), std::string::npos);
}

TEST(FormatTextLine, IsForPeople) {
  EXPECT_EQ(FormatTextLine(Record(), false),
            "2023-11-14T22:13:20.123Z WARN  batch 7 \"done\"  rows=9007199254740993 ratio=0.5 "
            "path=\"/a b\" code=X.Y");
  EXPECT_NE(FormatTextLine(Record(), true).find("\033[33mWARN \033[0m"), std::string::npos);
}

TEST(FormatTextLine, TextsOfStrangersDoNothingToATerminal) {
  LogRecord record = Record();
  record.message =
      "entity \x1b[2J\x1b]0;title\x07\r\xC2\x9B: \xE2\x86\x92 \xC3\x9B\t.\n2023 ERROR x";
  record.fields = {{"source", std::string("a\x1b[2J")}, {"last", std::string("b\x7f\xC2")}};
  EXPECT_THAT(
      FormatTextLine(record, false),
      ::testing::EndsWith("entity ?[2J?]0;title???: \xE2\x86\x92 \xC3\x9B\t.\n  2023 ERROR x"
                          "  source=a?[2J last=b?\xC2"));
}

TEST(LogField, AJsonValueIsAnObjectForProgramsAndNotForPeople) {
  LogRecord record;
  record.message = "m";
  record.fields = {{"progress", JsonText{R"({"z":1,"a":{"rate":12500.0,"n":9007199254740993}})"}}};
  EXPECT_THAT(
      FormatJsonLine(record),
      ::testing::EndsWith(R"("progress":{"z":1,"a":{"rate":12500.0,"n":9007199254740993}}})"));
  EXPECT_THAT(FormatTextLine(record, false), ::testing::EndsWith(" m"));
  record.fields = {{"progress", JsonText{"{"}}};
  EXPECT_THAT(FormatJsonLine(record), ::testing::EndsWith(R"("progress":"{"})"));
}

TEST(Log, WritesFromItsLevelOnAndCounts) {
  std::vector<std::string> lines, levels;
  FixedClock clock;
  Log log({.level = LogLevel::kWarn, .json = true, .query = "q"}, clock,
          [&](std::string_view line) { lines.emplace_back(line); });
  log.OnLine([&](std::string_view level) { levels.emplace_back(level); });
  log.Write(LogLevel::kInfo, "start", "not written");
  log.Write(LogLevel::kError, "query_failed", "100% {} %s", {{"code", std::string("X")}});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(
      lines[0],
      R"({"ts":"2023-11-14T22:13:20.123Z","level":"error","event":"query_failed","message":"100% {} %s","query":"q","code":"X"})");
  EXPECT_EQ(levels, std::vector<std::string>{"error"});
}

TEST(Log, TellsWhatItWrote) {
  std::vector<std::string> told;
  FixedClock clock;
  Log log({.level = LogLevel::kInfo, .query = "q"}, clock, [](std::string_view) {});
  log.OnRecord([&](const LogRecord& record) {
    told.push_back(record.message + " | " + FormatFields(record));
  });
  log.Write(LogLevel::kDebug, "idle", "not written");
  log.Write(LogLevel::kInfo, "batch", "done", {{"rows", 3}, {"progress", JsonText{"{}"}}});
  EXPECT_EQ(told, std::vector<std::string>{"done | rows=3"});
}

TEST(ParseLogLevel, KnowsItsWords) {
  EXPECT_EQ(ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(ParseLogLevel("error"), LogLevel::kError);
  EXPECT_EQ(ParseLogLevel("loud"), LogLevel::kInfo);
}

}  // namespace
}  // namespace sluice::monitor
