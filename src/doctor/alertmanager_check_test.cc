// SPDX-License-Identifier: Apache-2.0
#include "doctor/alertmanager_check.h"

#include <gtest/gtest.h>

#include <chrono>

#include <nlohmann/json.hpp>

#include "doctor/testing/finding_matchers.h"

namespace sluice::doctor {
namespace {

constexpr const char* kConfig =
    "global:\n  slack_api_url_file: /etc/secrets/slack\nreceivers:\n- name: slack\n  "
    "slack_configs:\n";

Answer Status(const std::string& config) {
  return {200, nlohmann::json{{"config", {{"original", config}}}, {"uptime", "x"}}.dump()};
}

AlertmanagerLook Running() {
  AlertmanagerLook look;
  look.url = "http://127.0.0.1:9093";
  look.status = Status(kConfig);
  look.silences = Answer{200, "[]"};
  look.metrics = Answer{200,
                        "alertmanager_notification_requests_total{integration=\"slack\"} 5\n"
                        "alertmanager_notification_requests_total{integration=\"email\"} 7\n"};
  look.known_to_prometheus = {{"127.0.0.1:9093"}};
  return look;
}

Monitored Job() {
  Monitored job;
  job.query = "vehicles";
  return job;
}

std::string Silence(const std::string& matchers, const std::string& state = "active") {
  return R"([{"endsAt":"2030-01-01T00:00:00Z","status":{"state":")" + state + R"("},"matchers":)" +
         matchers + "}]";
}

TEST(AlertmanagerCheck, TellsTheReceiverAndTheMessages) {
  EXPECT_THAT(CheckAlertmanager(Running(), Job()),
              IsOk("has a Slack receiver, Prometheus sends to it; 5 messages sent to Slack"));
  AlertmanagerLook look = Running();
  look.known_to_prometheus.reset();
  EXPECT_EQ(CheckAlertmanager(look, Job()).seen.find("Prometheus"), std::string::npos);
}

TEST(AlertmanagerCheck, WithoutItAWarning) {
  AlertmanagerLook look = Running();
  look.status = sluice::Status::Retry("HTTP.CONNECT", "x: refused");
  EXPECT_THAT(CheckAlertmanager(look, Job()),
              Warns("is not at http://127.0.0.1:9093", "--alertmanager"));
  for (const Answer& answer :
       {Answer{404, ""}, Answer{200, "hello"}, Answer{200, "[]"}, Answer{200, R"({"config":5})"}}) {
    look.status = answer;
    EXPECT_THAT(CheckAlertmanager(look, Job()), Warns("is no Alertmanager", "--alertmanager"));
  }
}

TEST(AlertmanagerCheck, PrometheusMustSendToIt) {
  AlertmanagerLook look = Running();
  look.known_to_prometheus = std::vector<std::string>{};
  EXPECT_THAT(CheckAlertmanager(look, Job()),
              Fails("Prometheus does not send", "alerting.alertmanagers"));
  look.known_to_prometheus = std::vector<std::string>{"alertmanager:9093"};
  EXPECT_THAT(CheckAlertmanager(look, Job()), IsOk("Slack receiver"));
}

TEST(AlertmanagerCheck, AReceiverForSlackMustBeThere) {
  AlertmanagerLook look = Running();
  look.status = Status("receivers:\n- name: mail\n  email_configs: []\n");
  EXPECT_THAT(CheckAlertmanager(look, Job()),
              Fails("no receiver of it has slack_configs", "alertmanager.yaml"));
}

TEST(AlertmanagerCheck, MessagesThatSlackDidNotTake) {
  AlertmanagerLook look = Running();
  look.metrics->body +=
      "alertmanager_notification_requests_failed_total{integration=\"slack\"} 2\n";
  EXPECT_THAT(CheckAlertmanager(look, Job()),
              Warns("3 messages sent to Slack since its start, 2 not taken", "log"));
  look.metrics =
      Answer{200,
             "alertmanager_notification_requests_total{integration=\"slack\"} 50\n"
             "alertmanager_notification_requests_failed_total{integration=\"slack\"} 2\n"};
  EXPECT_THAT(CheckAlertmanager(look, Job()), IsOk("2 not taken"));
}

TEST(AlertmanagerCheck, ASilenceOfOursIsTold) {
  AlertmanagerLook look = Running();
  const auto with = [&](const std::string& silence) {
    look.silences = Answer{200, silence};
    return CheckAlertmanager(look, Job());
  };
  EXPECT_THAT(with(Silence(R"([{"name":"query","value":"vehicles"}])")),
              Warns("until 2030-01-01", "silences"));
  EXPECT_THAT(with(Silence(R"([{"name":"query","value":"veh.*","isRegex":true}])")),
              Warns("until", ""));
  EXPECT_THAT(with(Silence(R"([{"name":"query","value":"other"}])")), IsOk(""));
  EXPECT_THAT(with(Silence(R"([{"name":"query","value":"other","isEqual":false}])")),
              Warns("until", ""));
  EXPECT_THAT(with(Silence(R"([{"name":"query","value":"vehicles"},{"name":"disk","value":"/"}])")),
              IsOk(""));
  EXPECT_THAT(with(Silence(R"([{"name":"job","value":"spark-streaming"}])", "expired")), IsOk(""));
  EXPECT_THAT(with(Silence(R"([{"name":"query","value":"(","isRegex":true}])")), IsOk(""));
  EXPECT_THAT(with(Silence("5")), IsOk(""));
  EXPECT_THAT(with("no JSON"), IsOk(""));
  // What no Alertmanager says, but something at its address may.
  EXPECT_THAT(with("[1, null, []]"), IsOk(""));
  EXPECT_THAT(with(Silence(R"([{"name":"query","value":"x","isEqual":"no","isRegex":1}])")),
              IsOk(""));
}

TEST(AlertmanagerCheck, APatternThatNeverEndsIsGivenUp) {
  Monitored job = Job();
  job.query = std::string(60, 'a');
  AlertmanagerLook look = Running();
  look.silences =
      Answer{200, Silence(R"([{"name":"query","value":"(([a-z]*)*)*X","isRegex":true}])")};
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(CheckAlertmanager(look, job), IsOk(""));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(AlertmanagerCheck, TheWebhooksFileStandsInItsConfiguration) {
  EXPECT_EQ(WebhookFileOf(Status(kConfig)), "/etc/secrets/slack");
  EXPECT_EQ(WebhookFileOf(Status("  - api_url_file: \"/a b\"\n")), "/a b");
  EXPECT_EQ(WebhookFileOf(Status("  slack_api_url: <secret>\n")), "");
  EXPECT_EQ(WebhookFileOf(Answer{500, ""}), "");
  const std::string long_line(200'000, ' ');
  EXPECT_EQ(WebhookFileOf(Status(long_line + "\n" + long_line + "slack_api_url_file: '/a'\r\n")),
            "/a");
}

}  // namespace
}  // namespace sluice::doctor
