// SPDX-License-Identifier: Apache-2.0
#include "monitoring/alert_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitoring/embedded.h"
#include "monitoring/testing/plans.h"
#include "monitoring/text.h"

namespace sluice::monitoring {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

std::string Groups(const std::string& text) { return text.substr(text.find("groups:\n")); }

// From the line that names the alert to the next rule.
std::string Alert(const std::string& text, const std::string& name) {
  const size_t begin = text.find("  - alert: " + name + "\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find("\n  - ", begin) - begin);
}

TEST(AlertRules, OfAShortTriggerAreThoseOfTheRepository) {
  const std::string wanted = Replaced(std::string(Embedded("monitoring/alert.rules.yaml")),
                                      "https://grafana.example", "http://127.0.0.1:3000");
  EXPECT_EQ(Groups(AlertRules(PlanFor({AJob()}, {AProducer()}))), Groups(wanted));
}

TEST(AlertRules, NumbersAreAtLeastThreeTriggers) {
  const std::string text = AlertRules(PlanFor({AJob(seconds(1)), AJob(minutes(10))}, {}));
  EXPECT_THAT(text, HasSubstr("> bool 1800 # seconds, at least 3 triggers"));
  EXPECT_THAT(Alert(text, "SparkStreamingStuck"), HasSubstr("> 1800 # seconds"));
  EXPECT_THAT(Alert(text, "SparkStreamingStuck"), Not(HasSubstr("> 300 # seconds")));
  EXPECT_THAT(Alert(text, "SparkStreamingNoInput"), HasSubstr("records_total[30m])"));
  EXPECT_THAT(Alert(text, "SparkStreamingLagGrowing"), HasSubstr("[30m:1m]) > 1000"));
  EXPECT_THAT(text, HasSubstr("rate(spark_streaming_bad_records_total[30m])"));
  // What has nothing to do with triggers stays.
  EXPECT_THAT(Alert(text, "SparkStreamingRestartLoop"), HasSubstr("[15m]) > 2"));
  EXPECT_THAT(Alert(text, "SparkStreamingBatchFailures"), HasSubstr("[10m])) > 2"));
}

TEST(AlertRules, NumbersThatSufficeAreNotLowered) {
  const std::string text = AlertRules(PlanFor({AJob(minutes(2))}, {}));
  EXPECT_THAT(text, HasSubstr("> bool 360 # seconds"));
  EXPECT_THAT(Alert(text, "SparkStreamingStuck"), HasSubstr("> 360 # seconds"));
  EXPECT_THAT(Alert(text, "SparkStreamingNoInput"), HasSubstr("[10m])"));
  EXPECT_THAT(Alert(text, "SparkStreamingLagGrowing"), HasSubstr("[15m:1m]) > 1000"));
}

TEST(AlertRules, TextsSayTheNumbers) {
  const std::string text = AlertRules(PlanFor({AJob(minutes(10))}, {}));
  EXPECT_THAT(Alert(text, "SparkStreamingStuck"),
              HasSubstr("nothing was committed for 30 minutes."));
  EXPECT_THAT(Alert(text, "SparkStreamingNoInput"), HasSubstr("in the last 30 minutes"));
  EXPECT_THAT(Alert(text, "SparkStreamingFreshnessBudgetBurn"),
              HasSubstr("longer than the 30 minutes of the target"));
  EXPECT_THAT(Alert(text, "SparkStreamingBatchFailures"), HasSubstr("failed within 10 minutes"));
  EXPECT_THAT(text, Not(HasSubstr("60 seconds")));
}

TEST(AlertRules, FeedsThatAreAskedRarely) {
  const std::string text = AlertRules(PlanFor({}, {AProducer(minutes(15))}));
  EXPECT_THAT(Alert(text, "SluiceProducerSourceFailing"),
              HasSubstr("> 2700 # seconds, at least 3 polls"));
}

TEST(AlertRules, OnlyOfProgramsThatAreThere) {
  const std::string job = AlertRules(PlanFor({AJob()}, {}));
  EXPECT_THAT(job, HasSubstr("- alert: SparkStreamingDown"));
  EXPECT_THAT(job, Not(HasSubstr("alert: SluiceProducer")));
  const std::string producer = AlertRules(PlanFor({}, {AProducer()}));
  EXPECT_THAT(producer, Not(HasSubstr("spark_streaming_")));
  EXPECT_THAT(producer, HasSubstr("- alert: SluiceProducerDown"));
  for (const std::string& text : {job, producer}) EXPECT_THAT(text, HasSubstr("alert: Watchdog"));
}

TEST(AlertRules, Links) {
  Plan plan = PlanFor({AJob()}, {});
  EXPECT_THAT(AlertRules(plan), HasSubstr("'https://sluice.example/docs/runbooks/Watchdog.md'"));
  plan.addresses.grafana = "https://grafana.city.example";
  plan.addresses.runbooks = "https://wiki.city.example/r";
  const std::string text = AlertRules(plan);
  EXPECT_THAT(text, HasSubstr("'https://wiki.city.example/r/Watchdog.md'"));
  EXPECT_THAT(text, HasSubstr("'https://grafana.city.example/d/sluice-overview?var-query="));
  EXPECT_THAT(text, Not(HasSubstr("grafana.example")));
}

}  // namespace
}  // namespace sluice::monitoring
