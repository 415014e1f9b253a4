// SPDX-License-Identifier: Apache-2.0
#include "doctor/slack_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "doctor/alertmanager_check.h"
#include "doctor/wording.h"
#include "http/url.h"

namespace sluice::doctor {

namespace {

using Json = nlohmann::json;

constexpr const char* kName = "slack webhook";
constexpr const char* kTest = "slack test";
// Where monitoring/alertmanager.yaml has it.
constexpr const char* kUsualFile = "/etc/alertmanager/secrets/slack_webhook_url";
constexpr size_t kMostBytes = 4096;
// Alertmanager waits for a group to fill (group_wait: 30s) before it tells.
constexpr std::chrono::seconds kPatience{50};
constexpr std::chrono::milliseconds kLook{500};

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool IsSlackUrl(const std::string& url) {
  static const std::regex kShape(
      R"(https://hooks\.slack(-gov)?\.com/services/T[A-Za-z0-9_]+/B[A-Za-z0-9_]+/[A-Za-z0-9]+)");
  return std::regex_match(url, kShape);
}

bool IsLoopback(const std::string& url) {
  const std::string origin = http::OriginOf(url);
  return origin.starts_with("http://127.0.0.1:") || origin.starts_with("http://localhost:") ||
         origin.starts_with("http://[::1]:");
}

std::string Rfc3339(int64_t ms) {
  const auto seconds = static_cast<time_t>(ms / 1000);
  tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::string TestAlert(const Monitored& monitored, int64_t now_ms) {
  Json labels = {
      {"alertname", "SluiceDoctorTest"}, {"severity", "warning"}, {"job", monitored.job()}};
  if (!monitored.query.empty()) labels["query"] = monitored.query;
  if (!monitored.topic.empty()) labels["topic"] = monitored.topic;
  const Json alert = {
      {"labels", labels},
      {"annotations",
       {{"summary", "Test message of sluice doctor: alerts reach Slack"},
        {"description", "Nothing is wrong. Somebody ran sluice doctor --send-test."}}},
      {"startsAt", Rfc3339(now_ms)},
      {"endsAt", Rfc3339(now_ms + 2 * std::chrono::milliseconds(kPatience).count())}};
  return Json::array({alert}).dump();
}

SlackCounts CountsNow(const std::string& alertmanager, Web& web) {
  const auto metrics = web.Get(At(alertmanager, "/metrics"));
  return Answered(metrics) ? CountsOf(metrics->body) : SlackCounts();
}

Finding ThroughAlertmanager(const std::string& alertmanager, const Monitored& monitored, Web& web,
                            Clock& clock) {
  const SlackCounts before = CountsNow(alertmanager, web);
  const auto posted =
      web.PostJson(At(alertmanager, "/api/v2/alerts"), TestAlert(monitored, clock.NowMs()), {});
  if (!Answered(posted)) {
    return Fail(kTest, "Alertmanager did not take the test alert: " + WhyNoAnswer(posted),
                "look at Alertmanager's log");
  }
  const auto begin = clock.Monotonic();
  while (clock.Monotonic() - begin < kPatience && clock.SleepFor(kLook, {})) {
    const SlackCounts now = CountsNow(alertmanager, web);
    const int64_t waited =
        std::chrono::ceil<std::chrono::milliseconds>(clock.Monotonic() - begin).count();
    if (now.failed > before.failed) {
      return Fail(kTest,
                  fmt::format("Alertmanager tried after {}, but Slack did not take the message",
                              Age(waited)),
                  "read Alertmanager's log for Slack's answer; make the webhook anew if it says "
                  "no_service");
    }
    if (now.attempts > before.attempts)
      return Ok(kTest, fmt::format("Alertmanager sent SluiceDoctorTest and Slack took it, after {}",
                                   Age(waited)));
  }
  return Fail(kTest,
              fmt::format("Alertmanager took the alert, but has told Slack nothing for {} s",
                          kPatience.count()),
              "look at its route (amtool config routes test severity=warning), its silences and "
              "group_wait");
}

Finding Directly(const WebhookLook& webhook, Web& web) {
  const std::string url = WebhookUrl(webhook);
  if (url.empty()) return Skipped(kTest, "neither Alertmanager nor a webhook is there");
  const Json message = {{"text", "Test message of `sluice doctor`: this webhook works."}};
  const auto posted = web.PostJson(url, message.dump(), {url});
  if (!posted.ok()) {
    return Fail(
        kTest, "the webhook cannot be reached: " + http::WithoutSecrets(WhyNoAnswer(posted), {url}),
        "check this machine's way to the internet (proxy: https_proxy)");
  }
  const std::string said = OneLine(http::WithoutSecrets(posted->body, {url}), 80);
  const std::string seen =
      fmt::format("posted to the webhook itself: HTTP {} {}", posted->status, said);
  if (posted->status == 200) return Ok(kTest, seen);
  return Fail(kTest, seen, "make a new incoming webhook in Slack and put it into the file");
}

}  // namespace

std::string FindWebhookFile(const std::string& given, const std::string& from_alertmanager,
                            const std::string& config_file) {
  if (!given.empty()) return given;
  if (!from_alertmanager.empty()) return from_alertmanager;
  const std::filesystem::path beside = std::filesystem::path(config_file).parent_path();
  std::error_code ignored;
  const std::array<std::string, 3> files = {
      (beside / "monitoring/slack_webhook_url").string(),
      (beside / "../monitoring/slack_webhook_url").lexically_normal().string(), kUsualFile};
  for (const std::string& file : files) {
    if (std::filesystem::exists(file, ignored)) return file;
  }
  // Where none is: a place whose folder is there, so that what is advised can be done.
  for (const std::string& file : files) {
    if (std::filesystem::exists(std::filesystem::path(file).parent_path(), ignored)) return file;
  }
  return kUsualFile;
}

WebhookLook LookAtWebhook(const std::string& file) {
  WebhookLook look;
  look.file = file;
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    look.error = errno;
    return look;
  }
  struct stat found{};
  if (fstat(fd, &found) == 0) look.mode = found.st_mode;
  look.text.resize(kMostBytes);
  const ssize_t count = S_ISREG(look.mode) ? read(fd, look.text.data(), kMostBytes) : 0;
  look.text.resize(static_cast<size_t>(std::max<ssize_t>(0, count)));
  close(fd);
  return look;
}

std::string WebhookUrl(const WebhookLook& look) {
  const std::string url = Trimmed(look.text);
  return IsSlackUrl(url) || IsLoopback(url) ? url : "";
}

Finding CheckWebhook(const WebhookLook& look) {
  const std::string how = "put the webhook's URL there: install -D -m 400 /dev/stdin " + look.file;
  if (look.error == EACCES) {
    return Warn(kName, look.file + " cannot be read by this user",
                "run this as the user of Alertmanager, who must be able to");
  }
  if (look.error != 0) {
    return Warn(kName, fmt::format("{}: {}", look.file, std::strerror(look.error)),
                how + ", or name the file by --slack-webhook-file");
  }
  const std::string url = Trimmed(look.text);
  if (url.empty()) return Fail(kName, look.file + " is empty", how);
  if (url.find_first_of(" \t\r\n") != std::string::npos)
    return Fail(kName, look.file + " holds more than one URL", how);
  if (IsLoopback(url)) {
    return Warn(kName, look.file + " points to this machine, not to Slack: a stand-in",
                "put Slack's own webhook there when people are to be told");
  }
  if (!IsSlackUrl(url)) {
    return Fail(kName,
                look.file + " holds no URL of Slack's shape (https://hooks.slack.com/services/...)",
                how);
  }
  if ((look.mode & S_IROTH) != 0) {
    return Warn(kName, look.file + " can be read by every user of this machine",
                "chmod o-rwx " + look.file + ": whoever has the URL can post");
  }
  return Ok(kName, look.file + " holds one webhook of Slack");
}

Finding SendTestMessage(const std::string& alertmanager, const WebhookLook& webhook,
                        const Monitored& monitored, Web& web, Clock& clock) {
  return alertmanager.empty() ? Directly(webhook, web)
                              : ThroughAlertmanager(alertmanager, monitored, web, clock);
}

}  // namespace sluice::doctor
