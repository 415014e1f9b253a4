// SPDX-License-Identifier: Apache-2.0
#include "doctor/alertmanager_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/value_text.h"
#include "doctor/tcp.h"
#include "doctor/wording.h"
#include "http/url.h"
#include "kafka/topic_pattern.h"

namespace sluice::doctor {

namespace {

using Json = nlohmann::json;

constexpr const char* kName = "alertmanager";

std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool Flag(const Json& object, const char* name, bool otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

Json StatusOf(const Result<Answer>& status) {
  if (!Answered(status)) return {};
  Json json = Json::parse(status->body, nullptr, false);
  const bool right = json.is_object() && json.contains("config") && json["config"].is_object();
  return right ? json : Json();
}

std::string ConfigOf(const Result<Answer>& status) {
  const Json json = StatusOf(status);
  return json.is_null() ? "" : Text(json["config"], "original");
}

// Sum of the samples of a counter for Slack.
int64_t Sum(const std::string& metrics, const std::string& name) {
  double sum = 0;
  for (size_t at = 0; at < metrics.size();) {
    const size_t end = std::min(metrics.find('\n', at), metrics.size());
    const std::string line = metrics.substr(at, end - at);
    at = end + 1;
    const size_t space = line.rfind(' ');
    if (line.starts_with(name + "{") && line.find("integration=\"slack\"") != std::string::npos &&
        space != std::string::npos)
      sum += std::strtod(line.c_str() + space, nullptr);
  }
  return static_cast<int64_t>(sum);
}

// Does this matcher of a silence keep back alerts of ours?
bool IsAboutUs(const Json& matcher, const Monitored& monitored) {
  const std::string name = Text(matcher, "name");
  const std::string value = Text(matcher, "value");
  const bool equal = Flag(matcher, "isEqual", true);
  const auto matches = [&](const std::string& ours) {
    if (!Flag(matcher, "isRegex", false)) return (value == ours) == equal;
    // Of another dialect, but with limits: whoever writes a silence cannot make this wait.
    const auto pattern = kafka::TopicPattern::Make(value);
    return pattern.ok() && pattern->Matches(ours) == equal;
  };
  if (name == "job") return matches(monitored.job());
  if (name == "query") return matches(monitored.query);
  if (name == "topic") return matches(monitored.topic);
  if (name == "alertname") return value.find(monitored.rule_prefix()) != std::string::npos;
  return false;  // a label of one alert, or of others
}

// A silence all of whose matchers are ours: until when, or empty.
std::string SilencedUntil(const Result<Answer>& answer, const Monitored& monitored) {
  if (!Answered(answer)) return "";
  const Json silences = Json::parse(answer->body, nullptr, false);
  if (!silences.is_array()) return "";
  for (const Json& silence : silences) {
    if (!silence.is_object()) continue;
    const Json status = silence.value("status", Json::object());
    const Json matchers = silence.value("matchers", Json::array());
    if (Text(status, "state") != "active" || !matchers.is_array() || matchers.empty()) continue;
    const bool ours = std::ranges::all_of(matchers, [&](const Json& matcher) {
      return matcher.is_object() && IsAboutUs(matcher, monitored);
    });
    if (ours) return Text(silence, "endsAt");
  }
  return "";
}

bool IsKnown(const std::vector<std::string>& known, const std::string& url) {
  const std::string origin = http::OriginOf(url);
  const std::string port = SplitAddress(origin).port;
  return std::ranges::any_of(known, [&](const std::string& address) {
    return SplitAddress(address).port == port;  // one name or another for its host
  });
}

Finding NotThere(const AlertmanagerLook& look) {
  const std::string at = http::RedactedUrl(look.url);
  if (!look.status.ok()) {
    return Warn(
        kName, fmt::format("Alertmanager is not at {}: {}", at, WhyNoAnswer(look.status)),
        "start it with monitoring/alertmanager.yaml, or give its address by --alertmanager");
  }
  return Warn(
      kName,
      fmt::format("what answers at {} is no Alertmanager ({})", at, WhyNoAnswer(look.status)),
      "give Alertmanager's address by --alertmanager");
}

std::string_view Trimmed(std::string_view text, std::string_view what) {
  const size_t begin = text.find_first_not_of(what);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(what) - begin + 1);
}

// Of a line `- api_url_file: "/a/b"`; empty for any other.
std::string WebhookFileIn(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r";
  line = Trimmed(line, kSpace);
  if (line.starts_with("- ")) line = Trimmed(line.substr(2), kSpace);
  for (const std::string_view key : {"slack_api_url_file:", "api_url_file:"}) {
    if (line.starts_with(key))
      return std::string(Trimmed(Trimmed(line.substr(key.size()), kSpace), "\"'"));
  }
  return "";
}

}  // namespace

SlackCounts CountsOf(const std::string& metrics) {
  return {Sum(metrics, "alertmanager_notification_requests_total"),
          Sum(metrics, "alertmanager_notification_requests_failed_total")};
}

bool IsAlertmanager(const Result<Answer>& status) { return !StatusOf(status).is_null(); }

std::string WebhookFileOf(const Result<Answer>& status) {
  const std::string config = ConfigOf(status);
  for (size_t at = 0; at < config.size();) {
    const size_t end = std::min(config.find('\n', at), config.size());
    const std::string file = WebhookFileIn(std::string_view(config).substr(at, end - at));
    if (!file.empty()) return file;
    at = end + 1;
  }
  return "";
}

Finding CheckAlertmanager(const AlertmanagerLook& look, const Monitored& monitored) {
  if (!IsAlertmanager(look.status)) return NotThere(look);
  const std::string at = http::RedactedUrl(look.url);
  if (look.known_to_prometheus && !IsKnown(*look.known_to_prometheus, look.url)) {
    return Fail(kName, at + " runs, but Prometheus does not send its alerts there",
                "add it under alerting.alertmanagers of prometheus.yaml, then reload Prometheus");
  }
  if (ConfigOf(look.status).find("slack_configs:") == std::string::npos) {
    return Fail(kName, at + " runs, but no receiver of it has slack_configs",
                "use monitoring/alertmanager.yaml, then reload Alertmanager (kill -HUP)");
  }
  const std::string until = SilencedUntil(look.silences, monitored);
  if (!until.empty()) {
    return Warn(kName, OneLine(fmt::format("a silence keeps our alerts back until {}", until)),
                fmt::format("expire it at {}", At(at, "/#/silences")));
  }
  const SlackCounts counts = Answered(look.metrics) ? CountsOf(look.metrics->body) : SlackCounts();
  std::string seen = fmt::format("{} has a Slack receiver{}", at,
                                 look.known_to_prometheus ? ", Prometheus sends to it" : "");
  seen += fmt::format("; {} sent to Slack since its start",
                      Counted(counts.attempts - counts.failed, "message", "messages"));
  if (counts.failed > 0) {
    const std::string failed = fmt::format("{}, {} not taken", seen, WithThousands(counts.failed));
    if (counts.failed * 10 < counts.attempts) return Ok(kName, failed);  // a hiccup
    return Warn(
        kName, failed,
        "read its log for Slack's answer: a revoked webhook is no_service or invalid_token");
  }
  return Ok(kName, seen);
}

}  // namespace sluice::doctor
