// SPDX-License-Identifier: Apache-2.0
#include "cli/monitoring_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace sluice::cli {
namespace {

using testing::HasSubstr;

config::JobConfig AJob() {
  config::JobConfig job;
  job.file = "job.yaml";
  job.query.name = "q";
  job.query.trigger.interval = std::chrono::seconds(5);
  job.source.subscription = kafka::Subscribe{{"t"}};
  return job;
}

std::string Refusal(const config::JobConfig& job) {
  const auto plan = PlanOf(job);
  return plan.ok() ? "" : plan.status().message();
}

TEST(MonitoringCommand, AJobAsATarget) {
  const auto plan = PlanOf(AJob());
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->query, "q");
  EXPECT_EQ(plan->trigger, std::chrono::seconds(5));
  EXPECT_EQ(plan->target.topic, "t");
  EXPECT_EQ(plan->target.address, "127.0.0.1:4040");
}

TEST(MonitoringCommand, WhoListensEverywhereIsReachedOnLoopback) {
  config::JobConfig job = AJob();
  for (const char* listen : {"0.0.0.0:4050", "[::]:4050", ":4050"}) {
    job.monitor.listen = listen;
    EXPECT_EQ(PlanOf(job)->target.address, "127.0.0.1:4050") << listen;
  }
  job.monitor.listen = "[::1]:4050";
  EXPECT_EQ(PlanOf(job)->target.address, "[::1]:4050");
}

TEST(MonitoringCommand, TopicsOfEveryKindOfSubscription) {
  config::JobConfig job = AJob();
  job.source.subscription = kafka::Subscribe{{"b", "a"}};
  EXPECT_EQ(PlanOf(job)->target.topic, "a,b");
  job.source.subscription = kafka::SubscribePattern{"city-.*"};
  EXPECT_EQ(PlanOf(job)->target.topic, "city-.*");
  job.source.subscription = kafka::Assign{{{"x", 0}, {"x", 1}, {"y", 0}}};
  EXPECT_EQ(PlanOf(job)->target.topic, "x,y");
}

TEST(MonitoringCommand, WhatCannotBeWatchedIsRefused) {
  config::JobConfig job = AJob();
  job.monitor.listen = "127.0.0.1:0";
  EXPECT_THAT(Refusal(job), HasSubstr("job.yaml: monitor.listen is 127.0.0.1:0"));
  job = AJob();
  job.monitor.enabled = false;
  EXPECT_THAT(Refusal(job), HasSubstr("monitor.enabled is false"));
  job = AJob();
  job.query.name = "";
  EXPECT_THAT(Refusal(job), HasSubstr("query.name is empty"));
  job = AJob();
  job.query.trigger.kind = stream::Trigger::Kind::kAvailableNow;
  EXPECT_THAT(Refusal(job), HasSubstr("ends the job by itself"));
}

TEST(MonitoringCommand, ATokenIsReadFromAFile) {
  config::JobConfig job = AJob();
  EXPECT_EQ(PlanOf(job)->target.token_file, "");
  job.monitor.token_file = "/run/secrets/monitor";
  EXPECT_EQ(PlanOf(job)->target.token_file, "/run/secrets/monitor");
  job.monitor.token_file = "";
  job.monitor.token = "a-secret-of-the-environment";
  EXPECT_EQ(PlanOf(job)->target.token_file, "monitor_4040_token");
}

TEST(MonitoringCommand, TheSlowestFeedCounts) {
  config::ProducerConfig producer;
  producer.monitor.listen = "127.0.0.1:4041";
  producer.producer.kafka.topic = "t";
  producer.producer.feeds.resize(2);
  producer.producer.feeds[0].interval = std::chrono::seconds(10);
  producer.producer.feeds[1].interval = std::chrono::minutes(5);
  producer.producer.feeds[1].frozen_after = std::chrono::milliseconds(0);
  const auto plan = PlanOf(producer);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->interval, std::chrono::minutes(5));
  EXPECT_EQ(plan->frozen_after, std::chrono::minutes(10));
  EXPECT_EQ(plan->target.topic, "t");
}

}  // namespace
}  // namespace sluice::cli
