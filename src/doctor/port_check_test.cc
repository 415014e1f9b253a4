// SPDX-License-Identifier: Apache-2.0
#include "doctor/port_check.h"

#include <gtest/gtest.h>

#include "doctor/testing/fake_web.h"
#include "doctor/testing/finding_matchers.h"
#include "http/testing/fetch.h"

namespace sluice::doctor {
namespace {

constexpr const char* kMetrics = R"(spark_streaming_processed_records_total{query="a\"b"} 5)";

Monitored Job(const std::string& query = "a\"b") {
  Monitored job;
  job.listen = "127.0.0.1:4040";
  job.query = query;
  return job;
}

PortLook Owned(PortOwner owner) {
  PortLook look;
  look.owner = owner;
  return look;
}

TEST(PortCheck, MetricsTellWhoListens) {
  std::string other;
  EXPECT_EQ(OwnerOf(kMetrics, Job(), &other), PortOwner::kOurs);
  EXPECT_EQ(OwnerOf(kMetrics, Job("c"), &other), PortOwner::kOtherSluice);
  EXPECT_EQ(other, "query a\"b");
  EXPECT_EQ(OwnerOf("sluice_producer_build_info 1", Job(), &other), PortOwner::kOtherSluice);
  Monitored producer = Job();
  producer.is_producer = true;
  EXPECT_EQ(OwnerOf("sluice_producer_build_info 1", producer, &other), PortOwner::kOurs);
  EXPECT_EQ(OwnerOf("go_goroutines 5", Job(), &other), PortOwner::kForeign);
  EXPECT_EQ(OwnerOf("", Job(), &other), PortOwner::kForeign);
  EXPECT_EQ(OwnerOf("spark_streaming_x{query=\"", Job(), &other), PortOwner::kOtherSluice);
}

TEST(PortCheck, EachOwnerHasItsWords) {
  EXPECT_THAT(CheckPort(Owned(PortOwner::kFree), Job()), IsOk("is free: this job does not run"));
  EXPECT_THAT(CheckPort(Owned(PortOwner::kForeign), Job()),
              Fails("another program", "ss -ltnp 'sport = :4040'"));
  PortLook look = Owned(PortOwner::kOtherSluice);
  look.other_query = "query b";
  EXPECT_THAT(CheckPort(look, Job()), Fails("another Sluice: query b", "monitor.listen"));
  look = Owned(PortOwner::kUnusable);
  look.trouble = "Permission denied";
  EXPECT_THAT(CheckPort(look, Job()),
              Fails("nobody can listen at 127.0.0.1:4040: Permission", "1023"));
  look = Owned(PortOwner::kOurs);
  look.reason = "no broker answers";
  EXPECT_THAT(CheckPort(look, Job()), Warns("not ready: no broker answers", "by itself"));
  look.ready = true;
  EXPECT_THAT(CheckPort(look, Job()), IsOk("runs there and is ready"));
}

TEST(PortCheck, WithoutAMonitorThereIsNothingToScrape) {
  Monitored job = Job();
  job.enabled = false;
  EXPECT_THAT(CheckPort({}, job), Warns("monitor.enabled is false", "monitor.enabled: true"));
}

TEST(PortLookTest, ARunningJobIsFoundByItsPages) {
  int ready = 503;
  const auto server = http::testing::StartServer([&ready](const http::ServerRequest& request) {
    if (request.path == "/metrics") return http::ServerResponse{.body = kMetrics};
    return http::ServerResponse{.status = ready, .body = "not ready: topic missing\n"};
  });
  Monitored job = Job();
  job.listen = "0.0.0.0:" + std::to_string(http::testing::PortOf(*server));
  const auto web = OpenWeb(std::chrono::seconds(2), std::chrono::seconds(2));
  ASSERT_TRUE(web.ok());
  PortLook look = LookAtPort(job, **web);
  EXPECT_EQ(look.owner, PortOwner::kOurs);
  EXPECT_FALSE(look.ready);
  EXPECT_EQ(look.reason, "topic missing");
  ready = 200;
  EXPECT_TRUE(LookAtPort(job, **web).ready);
}

TEST(PortLookTest, AFreeAndAnUnusableAddress) {
  testing::FakeWeb web;
  Monitored job = Job();
  job.listen = "127.0.0.1:0";  // whichever is free
  EXPECT_EQ(LookAtPort(job, web).owner, PortOwner::kFree);
  job.listen = "192.0.2.1:0";  // no address of any machine
  const PortLook look = LookAtPort(job, web);
  EXPECT_EQ(look.owner, PortOwner::kUnusable);
  EXPECT_NE(look.trouble, "");
}

TEST(PortLookTest, AddressesForAllAreReachedHere) {
  EXPECT_EQ(ReachableAddress("0.0.0.0:4040"), "127.0.0.1:4040");
  EXPECT_EQ(ReachableAddress("[::]:4040"), "[::1]:4040");
  EXPECT_EQ(ReachableAddress("10.0.0.5:4040"), "10.0.0.5:4040");
}

}  // namespace
}  // namespace sluice::doctor
