// SPDX-License-Identifier: Apache-2.0
#include "doctor/slack_check.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/testing/manual_clock.h"
#include "doctor/testing/fake_web.h"
#include "doctor/testing/finding_matchers.h"

namespace sluice::doctor {
namespace {

namespace fs = std::filesystem;

// Taken apart so that no search for webhooks in the sources finds one.
const std::string kSecret = "T0000SECRET/B0000SECRET/XXXXSECRETXXXX";
const std::string kUrl = "https://hooks.slack." + ("com/services/" + kSecret);
const std::string kManager = "http://127.0.0.1:9093";

WebhookLook Holding(const std::string& text, unsigned mode = S_IFREG | 0400) {
  WebhookLook look;
  look.file = "/s/webhook";
  look.mode = mode;
  look.text = text;
  return look;
}

Finding Checked(const WebhookLook& look) {
  Finding finding = CheckWebhook(look);
  EXPECT_EQ((finding.seen + finding.remedy).find("SECRET"), std::string::npos);
  return finding;
}

Monitored Job() {
  Monitored job;
  job.query = "vehicles";
  job.topic = "dev_topic";
  return job;
}

Answer Counts(int attempts, int failed) {
  return {200, "alertmanager_notification_requests_total{integration=\"slack\"} " +
                   std::to_string(attempts) +
                   "\nalertmanager_notification_requests_failed_total{integration=\"slack\"} " +
                   std::to_string(failed) + "\n"};
}

TEST(WebhookCheck, OneUrlOfSlacksShapeIsOk) {
  EXPECT_THAT(Checked(Holding(kUrl + "\n")), IsOk("holds one webhook of Slack"));
}

TEST(WebhookCheck, EverythingElseIsNamedAndNeverShown) {
  EXPECT_THAT(Checked(Holding("")), Fails("is empty", "install -D -m 400"));
  EXPECT_THAT(Checked(Holding("\n \n")), Fails("is empty", "install"));
  EXPECT_THAT(Checked(Holding(kUrl + "\n" + kUrl)), Fails("more than one URL", "install"));
  for (const std::string& text :
       {std::string("xoxb-SECRET"), std::string("https://evil.example/services/") + kSecret,
        "SECRET" + kUrl, kUrl + "/SECRET", "http" + kUrl.substr(5),
        "https://hooks.slack.com/workflows/" + kSecret})
    EXPECT_THAT(Checked(Holding(text)), Fails("no URL of Slack's shape", "install")) << text;
  EXPECT_THAT(Checked(Holding("http://127.0.0.1:8065/services/" + kSecret)),
              Warns("points to this machine", "Slack's own"));
  EXPECT_THAT(Checked(Holding(kUrl, S_IFREG | 0644)),
              Warns("every user", "chmod o-rwx /s/webhook"));
}

TEST(WebhookCheck, AFileThatIsNotThereOrMayNotBeRead) {
  WebhookLook look;
  look.file = "/s/webhook";
  look.error = ENOENT;
  EXPECT_THAT(Checked(look), Warns("/s/webhook: No such file", "--slack-webhook-file"));
  look.error = EACCES;
  EXPECT_THAT(Checked(look), Warns("cannot be read by this user", "user of Alertmanager"));
}

TEST(WebhookFile, IsReadOnceAndNotIfItIsNoFile) {
  const fs::path path = fs::temp_directory_path() / ("sluice-hook-" + std::to_string(::getpid()));
  std::ofstream(path) << kUrl << "\n";
  chmod(path.c_str(), 0600);
  EXPECT_THAT(Checked(LookAtWebhook(path)), IsOk("holds one webhook"));
  EXPECT_EQ(WebhookUrl(LookAtWebhook(path)), kUrl);
  fs::remove(path);
  EXPECT_EQ(LookAtWebhook(path).error, ENOENT);
  fs::create_directory(path);
  EXPECT_THAT(Checked(LookAtWebhook(path)), Fails("is empty", "install"));
  fs::remove(path);
}

TEST(WebhookFile, IsLookedForWhereItCouldBe) {
  EXPECT_EQ(FindWebhookFile("/given", "/named", "config/a.yaml"), "/given");
  EXPECT_EQ(FindWebhookFile("", "/named", "config/a.yaml"), "/named");
  const fs::path root = fs::temp_directory_path() / ("sluice-find-" + std::to_string(::getpid()));
  fs::create_directories(root / "config");
  fs::create_directories(root / "monitoring");
  const std::string config = (root / "config" / "a.yaml").string();
  EXPECT_EQ(FindWebhookFile("", "", config), (root / "monitoring/slack_webhook_url").string());
  std::ofstream(root / "monitoring" / "slack_webhook_url") << "x";
  EXPECT_TRUE(
      fs::equivalent(FindWebhookFile("", "", config), root / "monitoring/slack_webhook_url"));
  fs::remove_all(root);
  EXPECT_EQ(FindWebhookFile("", "", config), "/etc/alertmanager/secrets/slack_webhook_url");
}

TEST(SendTest, ThroughAlertmanagerWaitsUntilSlackHasIt) {
  testing::FakeWeb web;
  web.post_answers[kManager + "/api/v2/alerts"] = {200, ""};
  web.answers[kManager + "/metrics"] = {Counts(1, 0), Counts(1, 0), Counts(2, 0)};
  ManualClock clock(1'700'000'000'000, ManualClock::Sleep::kJump);
  EXPECT_THAT(SendTestMessage(kManager, {}, Job(), web, clock), IsOk("Slack took it"));
  ASSERT_EQ(web.posted.size(), 1u);
  const auto alert = nlohmann::json::parse(web.posted[0].second).at(0);
  EXPECT_EQ(alert["labels"]["alertname"], "SluiceDoctorTest");
  EXPECT_EQ(alert["labels"]["query"], "vehicles");
  EXPECT_GT(alert["endsAt"].get<std::string>(), alert["startsAt"].get<std::string>());
}

TEST(SendTest, WhatSlackRefusesOrAlertmanagerKeepsFails) {
  testing::FakeWeb web;
  ManualClock clock(1'700'000'000'000, ManualClock::Sleep::kJump);
  EXPECT_THAT(SendTestMessage(kManager, {}, Job(), web, clock),
              Fails("did not take the test alert", "log"));
  web.post_answers[kManager + "/api/v2/alerts"] = {200, ""};
  web.answers[kManager + "/metrics"] = {Counts(1, 0), Counts(2, 1)};
  EXPECT_THAT(SendTestMessage(kManager, {}, Job(), web, clock),
              Fails("Slack did not take", "no_service"));
  web.answers[kManager + "/metrics"] = {Counts(1, 0)};
  EXPECT_THAT(SendTestMessage(kManager, {}, Job(), web, clock),
              Fails("has told Slack nothing", "amtool"));
}

TEST(SendTest, WithoutAlertmanagerTheWebhookItself) {
  testing::FakeWeb web;
  ManualClock clock(1'700'000'000'000, ManualClock::Sleep::kJump);
  EXPECT_THAT(SendTestMessage("", Holding("x"), Job(), web, clock), SkippedFor("neither"));
  web.post_answers[kUrl] = {200, "ok"};
  EXPECT_THAT(SendTestMessage("", Holding(kUrl), Job(), web, clock), IsOk("HTTP 200 ok"));
  EXPECT_EQ(web.kept, std::vector<std::string>{kUrl});
  web.post_answers[kUrl] = {404, "no_service for " + kUrl};
  const Finding refused = SendTestMessage("", Holding(kUrl), Job(), web, clock);
  EXPECT_THAT(refused, Fails("HTTP 404 no_service", "new incoming webhook"));
  EXPECT_EQ(refused.seen.find("SECRET"), std::string::npos);
}

}  // namespace
}  // namespace sluice::doctor
