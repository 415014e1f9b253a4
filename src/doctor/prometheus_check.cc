// SPDX-License-Identifier: Apache-2.0
#include "doctor/prometheus_check.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "doctor/port_check.h"
#include "doctor/tcp.h"
#include "doctor/wording.h"
#include "http/url.h"

namespace sluice::doctor {

namespace {

using Json = nlohmann::json;

constexpr const char* kScrape = "prometheus";
constexpr const char* kRules = "alert rules";
constexpr size_t kMostNames = 4;
constexpr const char* kReload = "then reload it: kill -HUP, or systemctl reload prometheus";

std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// The member `data` of a success of the API.
std::optional<Json> DataOf(const Result<Answer>& answer) {
  if (!Answered(answer)) return std::nullopt;
  Json json = Json::parse(answer->body, nullptr, false);
  if (json.is_discarded() || !json.is_object() || Text(json, "status") != "success" ||
      !json.contains("data") || !json["data"].is_object())
    return std::nullopt;
  return std::move(json["data"]);
}

Finding NotThere(const char* name, const std::string& prometheus, const Result<Answer>& answer) {
  const std::string at = http::RedactedUrl(prometheus);
  if (!answer.ok()) {
    return Warn(name, fmt::format("Prometheus is not at {}: {}", at, WhyNoAnswer(answer)),
                "start it with monitoring/prometheus.yaml, or give its address by --prometheus");
  }
  return Warn(name,
              fmt::format("what answers at {} is no Prometheus ({})", at, WhyNoAnswer(answer)),
              "give Prometheus' address by --prometheus");
}

// The array `member`, or an empty one.
const Json& Items(const Json& data, const char* member) {
  static const Json kNone = Json::array();
  const auto found = data.find(member);
  return found != data.end() && found->is_array() ? *found : kNone;
}

std::string HostPortOf(const std::string& url) {
  const std::string origin = http::OriginOf(url);
  const size_t slashes = origin.find("://");
  return slashes == std::string::npos ? "" : origin.substr(slashes + 3);
}

// The target of our port: of several that whose host is ours.
std::optional<Json> FindTarget(const Json& targets, const Monitored& monitored) {
  const HostPort ours = SplitAddress(ReachableAddress(monitored.listen));
  std::optional<Json> best;
  for (const Json& target : targets) {
    const HostPort at = SplitAddress(HostPortOf(Text(target, "scrapeUrl")));
    if (at.port != ours.port) continue;
    const bool same = at.host == ours.host || (at.host == "localhost" && ours.host == "127.0.0.1");
    if (!best || same) best = target;
  }
  return best;
}

Finding NoTarget(const Json& targets, const Monitored& monitored) {
  std::set<std::string> names;
  for (const Json& target : targets) names.insert(HostPortOf(Text(target, "scrapeUrl")));
  const std::string others = OneLine(List({names.begin(), names.end()}, kMostNames));
  return Fail(kScrape,
              fmt::format("Prometheus does not scrape port {}; it scrapes {}",
                          SplitAddress(monitored.listen).port, others.empty() ? "nothing" : others),
              fmt::format("add the target '{}' to job {} of prometheus.yaml, {}",
                          ReachableAddress(monitored.listen), monitored.job(), kReload));
}

// Labels by which the rules of monitoring/ find the target.
std::optional<Finding> WrongLabels(const Json& labels, const std::string& at,
                                   const Monitored& monitored) {
  const std::string job = Text(labels, "job");
  if (job != monitored.job()) {
    return Warn(
        kScrape,
        OneLine(fmt::format("{} is scraped as job \"{}\", but the alert rules look for \"{}\"", at,
                            job, monitored.job())),
        fmt::format("name its job {} in prometheus.yaml, {}", monitored.job(), kReload));
  }
  const std::string query = Text(labels, "query");
  if (!query.empty() && !monitored.is_producer && query != monitored.query) {
    return Warn(
        kScrape,
        OneLine(fmt::format("{} is scraped with the label query=\"{}\", but query.name is \"{}\"",
                            at, query, monitored.query)),
        "correct that label in prometheus.yaml, " + std::string(kReload));
  }
  return std::nullopt;
}

Finding TargetDown(const std::string& at, const Json& target, bool runs) {
  const std::string error = OneLine(Text(target, "lastError"), 240);
  if (!runs) {
    return Warn(kScrape,
                fmt::format("Prometheus cannot scrape {}, for nothing runs there: {}", at, error),
                "start the job; it is scraped within seconds");
  }
  const std::string seen = fmt::format("Prometheus cannot scrape {}: {}", at, error);
  if (error.find("HTTP status 401") != std::string::npos) {
    return Fail(
        kScrape, seen,
        "give it the token of monitor.token: authorization: {credentials_file: FILE} in its "
        "job of prometheus.yaml, " +
            std::string(kReload));
  }
  return Fail(kScrape, seen,
              "let Prometheus reach that address: in a container 127.0.0.1 is another one "
              "(monitor.listen: 0.0.0.0:PORT, and the host's name as the target)");
}

}  // namespace

Finding CheckTargets(const std::string& prometheus, const Result<Answer>& answer,
                     const Monitored& monitored, bool runs) {
  if (!monitored.enabled) return Skipped(kScrape, "monitor.enabled is false");
  const auto data = DataOf(answer);
  if (!data) return NotThere(kScrape, prometheus, answer);
  const Json& targets = Items(*data, "activeTargets");
  const auto target = FindTarget(targets, monitored);
  if (!target) return NoTarget(targets, monitored);
  const std::string at = OneLine(HostPortOf(Text(*target, "scrapeUrl")));
  const std::string health = Text(*target, "health");
  if (health == "down") return TargetDown(at, *target, runs);
  const Json labels = target->value("labels", Json::object());
  if (auto wrong = WrongLabels(labels, at, monitored)) return *wrong;
  if (health != "up")
    return Warn(kScrape, at + " has not been scraped yet",
                "wait for a scrape interval, run this again");
  return Ok(kScrape, OneLine(fmt::format("{} is up as job {}", at, Text(labels, "job"))));
}

Finding CheckRules(const std::string& prometheus, const Result<Answer>& answer,
                   const Monitored& monitored) {
  const auto data = DataOf(answer);
  if (!data)
    return Skipped(kRules, fmt::format("Prometheus is not at {}", http::RedactedUrl(prometheus)));
  std::set<std::string> alerts;
  std::vector<std::string> firing;
  for (const Json& group : Items(*data, "groups")) {
    for (const Json& rule : Items(group, "rules")) {
      const std::string name = Text(rule, "name");
      if (Text(rule, "type") != "alerting" || !name.starts_with(monitored.rule_prefix())) continue;
      alerts.insert(name);
      if (Text(rule, "health") == "err") {
        return Fail(kRules,
                    OneLine(fmt::format("rule {} fails: {}", name, Text(rule, "lastError"))),
                    "correct that rule: promtool check rules alert.rules.yaml");
      }
      if (Text(rule, "state") == "firing") firing.push_back(name);
    }
  }
  if (alerts.empty()) {
    return Fail(
        kRules,
        fmt::format("Prometheus has no rule {}*: nothing would ever fire", monitored.rule_prefix()),
        fmt::format("name monitoring/alert.rules.yaml in rule_files of prometheus.yaml, {}",
                    kReload));
  }
  const auto count = static_cast<int64_t>(alerts.size());
  const std::string loaded = Counted(count, "alert", "alerts") + " loaded; ";
  if (firing.empty()) return Ok(kRules, loaded + "none fires");
  return Warn(kRules, OneLine(loaded + "firing now: " + List(firing, kMostNames)),
              OneLine("follow its runbook: docs/runbooks/" + firing.front() + ".md"));
}

std::vector<std::string> ActiveAlertmanagers(const Result<Answer>& answer) {
  std::vector<std::string> addresses;
  const auto data = DataOf(answer);
  if (!data) return addresses;
  for (const Json& one : Items(*data, "activeAlertmanagers"))
    addresses.push_back(HostPortOf(Text(one, "url")));
  return addresses;
}

}  // namespace sluice::doctor
