// SPDX-License-Identifier: Apache-2.0
#include "monitoring/monitoring_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "monitoring/testing/plans.h"

namespace sluice::monitoring {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;

std::map<std::string, std::string> Files(const Plan& plan) {
  std::map<std::string, std::string> files;
  for (const TextFile& file : MonitoringFiles(plan)) files[file.path] = file.text;
  return files;
}

TEST(MonitoringFiles, AllThatIsNeeded) {
  const auto files = Files(PlanFor({AJob()}, {AProducer()}));
  for (const char* path :
       {"README.md", "prometheus.yaml", "alert.rules.yaml", "alertmanager.yaml", "slack.tmpl",
        ".gitignore", "grafana/provisioning/datasources/prometheus.yaml",
        "grafana/provisioning/dashboards/provider.yaml", "grafana/dashboards/overview.json",
        "grafana/dashboards/kafka_partitions.json", "grafana/dashboards/alerting_slo.json",
        "grafana/dashboards/producer.json", "runbooks/SparkStreamingDown.md"}) {
    EXPECT_TRUE(files.contains(path)) << path;
  }
}

TEST(MonitoringFiles, PathsLeadIntoTheDirectory) {
  Plan plan = PlanFor({AJob()}, {});
  plan.directory = "/home/o'hara/m";
  plan.addresses.prometheus = "https://prometheus.example:9090";
  auto files = Files(plan);
  EXPECT_THAT(files["alertmanager.yaml"],
              HasSubstr("slack_api_url_file: '/home/o''hara/m/slack_webhook_url'\n"));
  EXPECT_THAT(files["alertmanager.yaml"], Not(HasSubstr("/etc/alertmanager")));
  EXPECT_THAT(files["grafana/provisioning/dashboards/provider.yaml"],
              HasSubstr("path: '/home/o''hara/m/grafana/dashboards'\n"));
  EXPECT_THAT(files["grafana/provisioning/datasources/prometheus.yaml"],
              HasSubstr("url: 'https://prometheus.example:9090'\n"));
  EXPECT_THAT(files[".gitignore"], HasSubstr("slack_webhook_url\n"));
}

TEST(MonitoringFiles, RunbooksHaveNoLinksToPagesThatAreNotThere) {
  for (const auto& [path, text] : Files(PlanFor({AJob()}, {AProducer()}))) {
    if (!path.starts_with("runbooks/")) continue;
    EXPECT_THAT(text, Not(HasSubstr("](../"))) << path;
  }
}

TEST(MonitoringFiles, TheGuideSaysWhatAndHow) {
  JobPlan job = AJob(minutes(1));
  job.target.address = "127.0.0.1:5050";
  Plan plan = PlanFor({job}, {AProducer()});
  plan.addresses.prometheus = "http://127.0.0.1:19090";
  plan.addresses.alertmanager = "https://alertmanager.example";
  const std::string guide = Files(plan)["README.md"];
  EXPECT_THAT(guide,
              HasSubstr("the query `vehicle_positions`, topic `dev_topic`, at `127.0.0.1:5050`"));
  EXPECT_THAT(
      guide,
      HasSubstr(
          "--web.listen-address=127.0.0.1:19090 --web.external-url=http://127.0.0.1:19090\n"));
  EXPECT_THAT(
      guide,
      HasSubstr(
          "--web.listen-address=127.0.0.1:9093 --web.external-url=https://alertmanager.example\n"));
  EXPECT_THAT(guide, HasSubstr("GF_PATHS_PROVISIONING"));
  EXPECT_THAT(guide, Not(HasSubstr("token")));
  EXPECT_THAT(guide, HasSubstr("| trigger | 60 s |"));
  EXPECT_THAT(guide, HasSubstr("| after 180 s |"));
  EXPECT_THAT(guide, HasSubstr("--runbooks URL"));
}

TEST(MonitoringFiles, TheGuideSaysWhereTokensBelong) {
  JobPlan job = AJob();
  job.target.token_file = "job_token";
  ProducerPlan producer = AProducer();
  producer.target.token_file = "/run/secrets/producer";
  const std::string guide = Files(PlanFor({job}, {producer}))["README.md"];
  EXPECT_THAT(guide, HasSubstr("the value of `monitor.token` into the file `job_token` here"));
  EXPECT_THAT(guide, HasSubstr("Let Prometheus read `/run/secrets/producer`"));
}

}  // namespace
}  // namespace sluice::monitoring
