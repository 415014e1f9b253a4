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

// As monitor/probe.h writes it.
constexpr const char* kNotReady =
    R"({"ok":false,"checks":[{"name":"query","ok":false,"detail":"waiting: topic bus is not there","since":"x"},)"
    R"({"name":"kafka","ok":false,"detail":"waiting: topic bus is not there","since":"x"},)"
    R"({"name":"table","ok":false,"detail":"not open yet","since":"x"},)"
    R"({"name":"moves","ok":true,"detail":"it moved 0 seconds ago","since":"x"}]})";

TEST(PortCheck, OfTheProbeOnlyWhatIsNotWellIsTold) {
  EXPECT_EQ(ReasonOf(kNotReady), "query: waiting: topic bus is not there; table: not open yet");
  EXPECT_EQ(ReasonOf(R"({"ok":true,"checks":[{"name":"moves","ok":true,"detail":"x"}]})"), "");
  // Without the token there are no details.
  EXPECT_EQ(
      ReasonOf(
          R"({"ok":false,"checks":[{"name":"kafka","ok":false},{"name":"table","ok":false}]})"),
      "kafka; table");
  EXPECT_EQ(ReasonOf(R"({"ok":false,"checks":[5,{"ok":false,"name":7,"detail":[]}]})"), "");
  EXPECT_EQ(ReasonOf("<html>\nno"), "<html> no");
}

// A job whose pages ask for `token`, as monitor/page_server.h does.
std::unique_ptr<http::Server> GuardedJob(const std::string& token, const int& ready) {
  return http::testing::StartServer([token, &ready](const http::ServerRequest& request) {
    const std::string* shown = request.FindHeader("authorization");
    const bool admitted = token.empty() || (shown && *shown == "Bearer " + token);
    if (request.path == "/readyz")
      return http::ServerResponse{.status = ready, .body = admitted ? kNotReady : "{}"};
    if (request.path == "/healthz")
      return http::ServerResponse{.body = R"({"ok":true,"checks":[]})"};
    if (!admitted) return http::ServerResponse{.status = 401};
    return http::ServerResponse{.body = kMetrics};
  });
}

TEST(PortLookTest, TheTokenIsShownToTheJobsPages) {
  int ready = 200;
  const auto server = GuardedJob("0123456789abcdef", ready);
  Monitored job = Job();
  job.listen = "127.0.0.1:" + std::to_string(http::testing::PortOf(*server));
  job.token = "0123456789abcdef";
  const auto web = OpenWeb(std::chrono::seconds(2), std::chrono::seconds(2));
  ASSERT_TRUE(web.ok());
  EXPECT_THAT(CheckPort(LookAtPort(job, **web), job), IsOk("this job runs there and is ready"));
  ready = 503;
  EXPECT_THAT(CheckPort(LookAtPort(job, **web), job), Warns("topic bus is not there", "by itself"));

  job.token = "another0123456789";
  EXPECT_EQ(LookAtPort(job, **web).owner, PortOwner::kLocked);
  EXPECT_THAT(CheckPort(LookAtPort(job, **web), job), Fails("does not take", "restart it"));
  job.token = "";
  EXPECT_THAT(CheckPort(LookAtPort(job, **web), job), Fails("asks for a token", "monitor.token"));
  job.token_trouble = "monitor.tokenFile /run/t: Permission denied";
  EXPECT_THAT(CheckPort(LookAtPort(job, **web), job), Warns("/run/t: Permission denied", "user"));
}

TEST(PortLookTest, AnotherProgramThatAsksForALogInIsForeign) {
  const auto server = http::testing::StartServer(
      [](const http::ServerRequest&) { return http::ServerResponse{.status = 401}; });
  Monitored job = Job();
  job.listen = "127.0.0.1:" + std::to_string(http::testing::PortOf(*server));
  const auto web = OpenWeb(std::chrono::seconds(2), std::chrono::seconds(2));
  ASSERT_TRUE(web.ok());
  EXPECT_EQ(LookAtPort(job, **web).owner, PortOwner::kForeign);
}

TEST(PortLookTest, ARunningJobIsFoundByItsPages) {
  int ready = 503;
  const auto server = GuardedJob("", ready);
  Monitored job = Job();
  job.listen = "0.0.0.0:" + std::to_string(http::testing::PortOf(*server));
  const auto web = OpenWeb(std::chrono::seconds(2), std::chrono::seconds(2));
  ASSERT_TRUE(web.ok());
  PortLook look = LookAtPort(job, **web);
  EXPECT_EQ(look.owner, PortOwner::kOurs);
  EXPECT_FALSE(look.ready);
  EXPECT_EQ(look.reason, "query: waiting: topic bus is not there; table: not open yet");
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
