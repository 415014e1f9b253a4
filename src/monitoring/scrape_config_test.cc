// SPDX-License-Identifier: Apache-2.0
#include "monitoring/scrape_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitoring/embedded.h"
#include "monitoring/testing/plans.h"

namespace sluice::monitoring {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ScrapeConfig, TargetsHaveTheLabelsOfTheRules) {
  const std::string text = ScrapeConfig(PlanFor({AJob()}, {AProducer()}));
  EXPECT_THAT(text, HasSubstr("- job_name: spark-streaming\n"
                              "  honor_labels: true\n"
                              "  static_configs:\n"
                              "  - targets: ['127.0.0.1:4040']\n"
                              "    labels: {query: 'vehicle_positions', topic: 'dev_topic'}\n"));
  EXPECT_THAT(text, HasSubstr("- job_name: sluice-producer\n"
                              "  honor_labels: true\n"
                              "  static_configs:\n"
                              "  - targets: ['127.0.0.1:4041']\n"
                              "    labels: {topic: 'dev_topic'}\n"));
}

TEST(ScrapeConfig, TheRestIsThatOfTheRepository) {
  const std::string text = ScrapeConfig(PlanFor({AJob()}, {}));
  const std::string source(Embedded("monitoring/prometheus.yaml"));
  const std::string others = source.substr(source.find("- job_name: prometheus\n"));
  ASSERT_FALSE(others.empty());
  EXPECT_TRUE(text.ends_with(others));
  EXPECT_THAT(text, HasSubstr("rule_files: [alert.rules.yaml]"));
  EXPECT_THAT(text, HasSubstr("alertmanagers:"));
}

TEST(ScrapeConfig, OtherPortsOfPrometheusAndAlertmanager) {
  Plan plan = PlanFor({AJob()}, {});
  plan.addresses.prometheus = "http://127.0.0.1:9093/prometheus";
  plan.addresses.alertmanager = "http://127.0.0.1:9090";
  const std::string text = ScrapeConfig(plan);
  EXPECT_THAT(text, HasSubstr("- job_name: prometheus\n  static_configs:\n"
                              "  - targets: ['127.0.0.1:9093']\n"));
  EXPECT_THAT(text, HasSubstr("- job_name: alertmanager\n  static_configs:\n"
                              "  - targets: ['127.0.0.1:9090']\n"));
  plan.addresses.prometheus = "https://prometheus.example";
  EXPECT_THAT(ScrapeConfig(plan), HasSubstr("- job_name: prometheus\n  static_configs:\n"
                                            "  - targets: ['127.0.0.1:9090']\n"));
}

TEST(ScrapeConfig, NoTargetOfAProgramThatIsNotThere) {
  EXPECT_THAT(ScrapeConfig(PlanFor({AJob()}, {})), Not(HasSubstr("sluice-producer")));
  EXPECT_THAT(ScrapeConfig(PlanFor({}, {AProducer()})), Not(HasSubstr("spark-streaming")));
}

TEST(ScrapeConfig, EachTokenHasItsEntryUnderTheSameJob) {
  JobPlan open = AJob();
  JobPlan first = AJob();
  JobPlan second = AJob();
  first.target.token_file = "/etc/sluice/it's.token";
  second.target.token_file = "/etc/sluice/b.token";
  second.target.address = "127.0.0.1:5050";
  const std::string text = ScrapeConfig(PlanFor({open, first, second}, {}));
  EXPECT_THAT(text,
              HasSubstr("- job_name: spark-streaming\n  honor_labels: true\n  static_configs:"));
  EXPECT_THAT(text,
              HasSubstr("- job_name: spark-streaming-2\n  honor_labels: true\n"
                        "  relabel_configs: [{target_label: job, replacement: spark-streaming}]\n"
                        "  authorization: {credentials_file: '/etc/sluice/it''s.token'}\n"));
  EXPECT_THAT(text, HasSubstr("- job_name: spark-streaming-3\n"));
  EXPECT_THAT(text, HasSubstr("credentials_file: '/etc/sluice/b.token'}\n  static_configs:\n"
                              "  - targets: ['127.0.0.1:5050']\n"));
}

TEST(ScrapeConfig, NamesAreQuoted) {
  JobPlan job = AJob();
  job.query = "o'hara: {x}";
  EXPECT_THAT(ScrapeConfig(PlanFor({job}, {})), HasSubstr("{query: 'o''hara: {x}', topic:"));
}

}  // namespace
}  // namespace sluice::monitoring
