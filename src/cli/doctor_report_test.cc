// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sluice::cli {
namespace {

DoctorReport Report() {
  DoctorReport report;
  report.subject = "job.yaml, query q";
  report.findings = {doctor::Ok("broker", "b:9092 answers"),
                     doctor::Fail("topic", "dev_topc is not there", "correct source.subscribe"),
                     doctor::Skipped("rights", "the topic is not there")};
  report.seconds = 1.23;
  report.exit_code = 1;
  return report;
}

TEST(DoctorReport, ReadsAsOneScreen) {
  EXPECT_EQ(DoctorText(Report(), {}), R"(sluice doctor: job.yaml, query q
  ok    broker  b:9092 answers
  FAIL  topic   dev_topc is not there
                -> correct source.subscribe
  -     rights  skipped: because the topic is not there
1 failed, 1 ok, 1 skipped (1.2 s)
)");
}

TEST(DoctorReport, LongLinesAreBrokenWithinTheTerminal) {
  DoctorReport report;
  report.findings = {doctor::Fail("x", std::string(90, 'a') + " bb cc dd",
                                  "do " + std::string(40, 'e') + " this")};
  const std::string text = DoctorText(report, {60, false});
  EXPECT_NE(text.find("\n           bb cc dd\n           -> do eeee"), std::string::npos) << text;
  EXPECT_EQ(DoctorText(report, {20, false}).find("\n    bb"), std::string::npos);
}

TEST(DoctorReport, ColoursAreForTheWordsOnly) {
  EXPECT_NE(DoctorText(Report(), {0, true}).find("\033[1;31mFAIL\033[0m  topic"),
            std::string::npos);
  EXPECT_EQ(DoctorText(Report(), {0, false}).find('\033'), std::string::npos);
}

TEST(DoctorReport, ProgramsGetJson) {
  const auto json = nlohmann::json::parse(DoctorJson(Report()));
  EXPECT_EQ(json["subject"], "job.yaml, query q");
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["fail"], 1);
  EXPECT_EQ(json["skipped"], 1);
  EXPECT_EQ(json["findings"][1]["severity"], "fail");
  EXPECT_EQ(json["findings"][1]["remedy"], "correct source.subscribe");
}

TEST(DoctorReport, BytesThatAreNoTextDoNotBreakTheJson) {
  DoctorReport report;
  report.findings = {doctor::Ok("topic", "a\xFF")};
  EXPECT_TRUE(nlohmann::json::accept(DoctorJson(report)));
}

}  // namespace
}  // namespace sluice::cli
