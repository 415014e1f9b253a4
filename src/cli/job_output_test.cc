// SPDX-License-Identifier: Apache-2.0
#include "cli/job_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/report_mistakes.h"
#include "cli/run_summary.h"

namespace sluice::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What `say` writes to standard error for a job with that section `log`.
template <typename Say>
std::vector<std::string> Written(const std::string& log, Say say,
                                 const std::string& more = "query: {name: q}\n") {
  const config::ConfigReport report =
      config::ParseJobConfig("job.yaml",
                             "source: {kafka.bootstrap.servers: b, subscribe: t}\n"
                             "sink: {path: /t, checkpointLocation: /c}\n" +
                                 more + "log: " + log + "\n",
                             {});
  int fds[2];
  EXPECT_EQ(pipe(fds), 0);
  Console console(fds[1]);
  JobOutput output(report, "job.yaml", console);
  say(output, report);
  close(fds[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = read(fds[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(n));
  close(fds[0]);
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

RunTotals Totals() {
  RunTotals totals;
  totals.batches = 2;
  totals.records = 1000;
  totals.rows = 900;
  totals.table_version = 7;
  totals.elapsed_seconds = 3;
  return totals;
}

TEST(JobOutput, ATextLogTakesPlainLines) {
  EXPECT_THAT(Written("{format: text}",
                      [](JobOutput& output, const config::ConfigReport&) {
                        output.Tell(monitor::LogLevel::kInfo, "demo", "a city",
                                    {{"n", int64_t{1}}});
                      }),
              ElementsAre("a city"));
}

TEST(JobOutput, ThePageGetsTheBeginningOfALongText) {
  const std::string text(10'000, 'x');  // fits into the pipe
  Written("{format: text}", [&](JobOutput& output, const config::ConfigReport&) {
    output.log().Write(monitor::LogLevel::kInfo, "a", "short", {{"n", int64_t{1}}});
    output.log().Write(monitor::LogLevel::kInfo, "b", "message", {{"f", text}});
    output.log().Write(monitor::LogLevel::kInfo, "c", std::string("c") + text);
    const auto rows = output.page_log().Take().events;
    ASSERT_EQ(rows.size(), 3);
    EXPECT_EQ(rows[0].message + rows[0].fields, "shortn=1");
    EXPECT_LT(rows[1].fields.size(), 5000);
    EXPECT_LT(rows[2].message.size(), 5000);
    EXPECT_THAT(rows[2].message, ::testing::EndsWith("xx..."));
  });
}

TEST(JobOutput, AJsonLogTakesEvents) {
  const auto lines = Written("{format: json}", [](JobOutput& output, const config::ConfigReport&) {
    output.Tell(monitor::LogLevel::kInfo, "demo", "a city", {{"n", int64_t{1}}});
    output.TellStopping("SIGTERM");
    EXPECT_THAT(output.metrics().Text(),
                HasSubstr("spark_streaming_log_messages_total{level=\"info\"} 2\n"));
  });
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0],
              HasSubstr(R"("level":"info","event":"demo","message":"a city","query":"q","n":1})"));
  EXPECT_THAT(lines[1], HasSubstr(R"("event":"stop_requested","message":"SIGTERM: stopping at a)"));
}

// Standard error of a test is no terminal either.
TEST(JobOutput, AutoIsJsonWithoutATerminal) {
  const auto lines = Written("{format: auto}", [](JobOutput& output, const config::ConfigReport&) {
    output.Tell(monitor::LogLevel::kInfo, "demo", "a city");
  });
  EXPECT_THAT(lines, ElementsAre(HasSubstr(R"("event":"demo")")));
}

TEST(JobOutput, EveryLineOfAJsonLogIsAnObject) {
  const auto lines = Written(
      "{format: json}",
      [](JobOutput& output, const config::ConfigReport& report) {
        TellReport(report, output);
        TellSummary(output, *report.config, Totals());
      },
      "query: {trigger: {availableNow: true}}\n");
  ASSERT_EQ(lines.size(), 1u);
  const auto summary = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(summary["event"], "summary");
  EXPECT_EQ(summary["query"], "job") << "the file's name, for want of another";
  EXPECT_EQ(summary["rows"], 900);
  EXPECT_EQ(summary["version"], 7);
  EXPECT_EQ(summary["table"], "/t");
}

TEST(TellReport, MistakesAndWarningsAreEventsOfAJsonLog) {
  const auto tell = [](JobOutput& output, const config::ConfigReport& report) {
    EXPECT_FALSE(report.config.has_value());
    TellReport(report, output);
  };
  const auto lines = Written("{format: json}", tell,
                             "query: {trigger: {once: true}, nam: q, lanes: many, Memory: 1g}\n");
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[0],
              HasSubstr(R"("level":"warn","event":"config_warning","message":"job.yaml:3: )"));
  EXPECT_THAT(lines[1],
              HasSubstr(R"("event":"config_mistake","message":"job.yaml:3: query.nam: )"));
  EXPECT_THAT(lines[1], HasSubstr(R"("file":"job.yaml","line":3,"key":"query.nam"})"));
  EXPECT_THAT(lines[3],
              HasSubstr(R"("message":"2 mistakes in the configuration; nothing was started")"));
}

TEST(TellReport, ATextLogTakesThemAsCheckPrintsThem) {
  const auto tell = [](JobOutput& output, const config::ConfigReport& report) {
    TellReport(report, output);
  };
  EXPECT_THAT(Written("{format: text}", tell, "query: {nam: q, Memory: 1g}\n"),
              ElementsAre(HasSubstr("warning: job.yaml:3: query.memory: "),
                          HasSubstr("job.yaml:3: query.nam: unknown key"),
                          "1 mistake in the configuration; nothing was started"));
}

}  // namespace
}  // namespace sluice::cli
