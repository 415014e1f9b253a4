// SPDX-License-Identifier: Apache-2.0
#include "monitoring/dashboards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "monitoring/embedded.h"
#include "monitoring/testing/plans.h"
#include "monitoring/text.h"

namespace sluice::monitoring {
namespace {

using nlohmann::ordered_json;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;

std::string Source(const std::string& file) {
  return std::string(Embedded("monitoring/grafana_dashboards/" + file));
}

ordered_json Made(const std::string& file, const Plan& plan) {
  return ordered_json::parse(Dashboard(Source(file), plan));
}

ordered_json Panel(const ordered_json& dashboard, const std::string& title) {
  for (const ordered_json& panel : dashboard["panels"])
    if (panel["title"] == title) return panel;
  ADD_FAILURE() << "no panel " << title;
  return {};
}

std::vector<double> StepsOf(const ordered_json& panel) {
  std::vector<double> values;
  for (const ordered_json& step : panel["fieldConfig"]["defaults"]["thresholds"]["steps"])
    if (step["value"].is_number()) values.push_back(step["value"].get<double>());
  return values;
}

TEST(Dashboards, OfAShortTriggerAreThoseOfTheRepositoryButForTheStatusPage) {
  for (const char* file :
       {"overview.json", "kafka_partitions.json", "alerting_slo.json", "producer.json"}) {
    const std::string made = Dashboard(Source(file), PlanFor({AJob()}, {AProducer()}));
    EXPECT_EQ(Replaced(made, "http://127.0.0.1:404", "http://localhost:404"), Source(file)) << file;
  }
}

TEST(Dashboards, KnowTriggerAndStatusPage) {
  JobPlan job = AJob(std::chrono::milliseconds(2500));
  job.target.address = "10.0.0.7:4040";
  std::set<std::string> constants;
  const ordered_json made = Made("overview.json", PlanFor({job}, {}));
  for (const ordered_json& variable : made["templating"]["list"]) {
    if (variable["type"] != "constant") continue;
    constants.insert(variable["query"]);
    EXPECT_EQ(variable["query"], variable["current"]["value"]);
    EXPECT_EQ(variable["query"], variable["options"][0]["value"]);
  }
  EXPECT_EQ(constants, (std::set<std::string>{"2.5", "http://10.0.0.7:4040"}));
}

TEST(Dashboards, LinesAreWhereTheAlertsOfALongTriggerBegin) {
  const ordered_json made = Made("overview.json", PlanFor({AJob(minutes(10))}, {}));
  EXPECT_EQ(StepsOf(Panel(made, "Lag")), (std::vector<double>{900, 1800}));
  EXPECT_EQ(StepsOf(Panel(made, "Lag of the worst partitions")), (std::vector<double>{1800}));
  EXPECT_EQ(StepsOf(Panel(made, "Last commit")), (std::vector<double>{1800}));
  // Thresholds of other things stay, whatever their numbers.
  EXPECT_EQ(StepsOf(Panel(made, "Share of bad records")), (std::vector<double>{0.01}));
  EXPECT_THAT(Panel(made, "Lag")["description"].get<std::string>(), HasSubstr("below 1800 s"));
  EXPECT_THAT(made.dump(), Not(HasSubstr(" 60 s")));
}

TEST(Dashboards, AgesOfHeadersFollowFrozenAfter) {
  ProducerPlan producer = AProducer();
  producer.frozen_after = minutes(30);
  const ordered_json made = Made("producer.json", PlanFor({}, {producer}));
  EXPECT_EQ(StepsOf(Panel(made, "Oldest header")), (std::vector<double>{360, 1800}));
}

TEST(Dashboards, OnlyThoseOfProgramsThatAreThere) {
  EXPECT_TRUE(HasUseFor("overview.json", PlanFor({AJob()}, {})));
  EXPECT_FALSE(HasUseFor("producer.json", PlanFor({AJob()}, {})));
  EXPECT_FALSE(HasUseFor("alerting_slo.json", PlanFor({}, {AProducer()})));
  EXPECT_TRUE(HasUseFor("producer.json", PlanFor({}, {AProducer()})));
}

}  // namespace
}  // namespace sluice::monitoring
