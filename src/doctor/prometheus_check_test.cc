// SPDX-License-Identifier: Apache-2.0
#include "doctor/prometheus_check.h"

#include <gtest/gtest.h>

#include "doctor/testing/finding_matchers.h"

namespace sluice::doctor {
namespace {

constexpr const char* kUrl = "http://user:secret-word@127.0.0.1:9090";

Monitored Job() {
  Monitored job;
  job.listen = "127.0.0.1:4040";
  job.query = "vehicles";
  return job;
}

Answer Success(const std::string& data) {
  return {200, R"({"status":"success","data":)" + data + "}"};
}

// A target of port 4040.
Answer Target(const std::string& health, const std::string& error = "",
              const std::string& labels = R"({"job":"spark-streaming","query":"vehicles"})",
              const std::string& url = "http://127.0.0.1:4040/metrics") {
  return Success(R"({"activeTargets":[{"scrapeUrl":")" + url + R"(","health":")" + health +
                 R"(","lastError":")" + error + R"(","labels":)" + labels + "}]}");
}

Finding Targets(const Result<Answer>& answer, bool runs = true) {
  return CheckTargets(kUrl, answer, Job(), runs);
}

TEST(TargetsCheck, ATargetThatIsUp) {
  EXPECT_THAT(Targets(Target("up")), IsOk("127.0.0.1:4040 is up as job spark-streaming"));
  EXPECT_THAT(
      Targets(Target("up", "", R"({"job":"spark-streaming"})", "http://sluice:4040/metrics")),
      IsOk("sluice:4040 is up"));
  EXPECT_THAT(Targets(Target("unknown")), Warns("not been scraped yet", "again"));
}

TEST(TargetsCheck, WithoutPrometheusAWarning) {
  const auto finding = Targets(Status::Retry("HTTP.CONNECT", "http://127.0.0.1:9090: refused"));
  EXPECT_THAT(finding, Warns("Prometheus is not at http://127.0.0.1:9090", "--prometheus"));
  EXPECT_EQ(finding.seen.find("secret-word"), std::string::npos);
}

TEST(TargetsCheck, WhateverElseAnswersIsNoPrometheus) {
  for (const Answer& answer :
       {Answer{404, "no"}, Answer{200, "<html>"}, Answer{200, "[]"}, Answer{200, "{}"},
        Answer{200, R"({"status":"success","data":[]})"}, Answer{200, R"({"status":5})"}})
    EXPECT_THAT(Targets(answer), Warns("is no Prometheus", "--prometheus")) << answer.body;
}

TEST(TargetsCheck, APortThatIsNotScrapedFails) {
  EXPECT_THAT(
      Targets(Target("up", "", "{}", "http://127.0.0.1:9090/metrics")),
      Fails("does not scrape port 4040; it scrapes 127.0.0.1:9090", "'127.0.0.1:4040' to job"));
  EXPECT_THAT(Targets(Success(R"({"activeTargets":[]})")), Fails("it scrapes nothing", "reload"));
  EXPECT_THAT(Targets(Success(R"({"activeTargets":[{"scrapeUrl":7},5]})")),
              Fails("does not scrape", "add"));
}

TEST(TargetsCheck, ATargetThatIsDownSaysWhy) {
  EXPECT_THAT(Targets(Target("down", "context deadline exceeded")),
              Fails("cannot scrape 127.0.0.1:4040: context deadline exceeded", "container"));
  EXPECT_THAT(Targets(Target("down", "server returned HTTP status 401 Unauthorized")),
              Fails("401 Unauthorized", "credentials_file"));
  EXPECT_THAT(Targets(Target("down", "connection refused"), false),
              Warns("nothing runs there: connection refused", "start the job"));
}

TEST(TargetsCheck, LabelsThatTheRulesDoNotLookForAreNamed) {
  EXPECT_THAT(
      Targets(Target("up", "", R"({"job":"sluice"})")),
      Warns("as job \"sluice\", but the alert rules look for \"spark-streaming\"", "name its job"));
  EXPECT_THAT(Targets(Target("up", "", R"({"job":"spark-streaming","query":"other"})")),
              Warns("query=\"other\", but query.name is \"vehicles\"", "label"));
}

TEST(TargetsCheck, ControlCharactersOfAnErrorAreNotPrinted) {
  const Finding finding = Targets(Target("down", R"(a\u001b[31mb\nc)"));
  EXPECT_THAT(finding, Fails("a?[31mb c", ""));
}

TEST(RulesCheck, OursAreCountedAndWhatFiresIsNamed) {
  const auto rules = [](const std::string& list) {
    return CheckRules(kUrl, Success(R"({"groups":[{"rules":[)" + list + "]}]}"), Job());
  };
  const std::string down =
      R"({"type":"alerting","name":"SparkStreamingDown","health":"ok","state":"inactive"})";
  EXPECT_THAT(rules(down), IsOk("1 alert loaded; none fires"));
  EXPECT_THAT(rules(down + R"(,{"type":"alerting","name":"SparkStreamingStuck","state":"firing"})"),
              Warns("2 alerts loaded; firing now: SparkStreamingStuck",
                    "docs/runbooks/SparkStreamingStuck.md"));
  EXPECT_THAT(rules(R"({"type":"alerting","name":"NodeDown"})"),
              Fails("no rule SparkStreaming*", "rule_files"));
  EXPECT_THAT(rules(R"({"type":"recording","name":"SparkStreamingX"})"),
              Fails("no rule", "rule_files"));
  EXPECT_THAT(
      rules(R"({"type":"alerting","name":"SparkStreamingX","health":"err","lastError":"bad"})"),
      Fails("rule SparkStreamingX fails: bad", "promtool"));
  EXPECT_THAT(CheckRules(kUrl, Status::Retry("HTTP.CONNECT", "x"), Job()),
              SkippedFor("because Prometheus is not at http://127.0.0.1:9090"));
}

TEST(AlertmanagersOfPrometheus, AreListed) {
  EXPECT_EQ(ActiveAlertmanagers(Success(
                R"({"activeAlertmanagers":[{"url":"http://127.0.0.1:9093/api/v2/alerts"}]})")),
            std::vector<std::string>{"127.0.0.1:9093"});
  EXPECT_TRUE(ActiveAlertmanagers(Answer{500, ""}).empty());
}

}  // namespace
}  // namespace sluice::doctor
