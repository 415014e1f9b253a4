// SPDX-License-Identifier: Apache-2.0
#include "doctor/port_check.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "doctor/tcp.h"
#include "doctor/wording.h"

namespace sluice::doctor {

namespace {

constexpr const char* kName = "monitor port";
constexpr std::chrono::milliseconds kConnect{2000};

// Empty if one could listen there. Nothing listens for it, so that nobody is disturbed.
std::string WhyNotBindable(const std::string& listen) {
  const HostPort at = SplitAddress(listen);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(at.host.c_str(), at.port.c_str(), &hints, &found))
    return gai_strerror(error);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::strerror(errno);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const std::string why =
      bind(fd, found->ai_addr, found->ai_addrlen) == 0 ? "" : std::strerror(errno);
  close(fd);
  return why;
}

// The value of label `query` of the first series that has one, unescaped.
std::string QueryOf(const std::string& metrics) {
  const size_t begin = metrics.find("query=\"");
  std::string value;
  for (size_t at = begin + 7; begin != std::string::npos && at < metrics.size(); ++at) {
    if (metrics[at] == '"') break;
    if (metrics[at] == '\\' && at + 1 < metrics.size()) ++at;
    value += metrics[at];
  }
  return value;
}

using Json = nlohmann::json;

std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// The checks in an answer of ours to /healthz or /readyz; null if it is none.
Json ChecksOf(const std::string& probe) {
  Json json = Json::parse(probe, nullptr, false);
  if (!json.is_object() || !json.contains("ok") || !json.contains("checks")) return {};
  return json["checks"].is_array() ? std::move(json["checks"]) : Json();
}

PortOwner OwnerWithoutMetrics(const std::string& address, const Result<Answer>& metrics, Web& web) {
  if (!metrics.ok() || metrics->status != 401) return PortOwner::kForeign;
  const auto alive = web.Get("http://" + address + "/healthz");  // open to all
  return alive.ok() && !ChecksOf(alive->body).is_null() ? PortOwner::kLocked : PortOwner::kForeign;
}

Finding Locked(const Monitored& monitored) {
  const std::string at = monitored.listen + ": a Sluice runs there, but ";
  if (!monitored.token_trouble.empty())
    return Warn(kName, OneLine(at + "its token cannot be read: " + monitored.token_trouble),
                "run this as a user who may read that file");
  if (monitored.token.empty())
    return Fail(kName, at + "asks for a token that this configuration does not have",
                "set monitor.token or monitor.tokenFile as that program has it, or another "
                "monitor.listen");
  return Fail(kName, at + "does not take this configuration's monitor.token",
              "restart it if the token was changed since its start, or set another monitor.listen");
}

}  // namespace

std::string ReachableAddress(const std::string& listen) {
  const HostPort at = SplitAddress(listen);
  if (at.host == "0.0.0.0" || at.host == "*" || at.host.empty()) return "127.0.0.1:" + at.port;
  if (at.host == "::") return "[::1]:" + at.port;
  return listen;
}

PortOwner OwnerOf(const std::string& metrics, const Monitored& monitored, std::string* other) {
  const bool job = metrics.find("spark_streaming_") != std::string::npos;
  const bool producer = metrics.find("sluice_producer_") != std::string::npos;
  if (!job && !producer) return PortOwner::kForeign;
  *other = producer ? "a producer" : "query " + QueryOf(metrics);
  if (monitored.is_producer) return producer ? PortOwner::kOurs : PortOwner::kOtherSluice;
  return job && QueryOf(metrics) == monitored.query ? PortOwner::kOurs : PortOwner::kOtherSluice;
}

PortLook LookAtPort(const Monitored& monitored, Web& web) {
  PortLook look;
  const std::string address = ReachableAddress(monitored.listen);
  {
    const Tcp tcp = Tcp::Connect(address, std::chrono::steady_clock::now() + kConnect);
    if (!tcp.ok()) {
      look.trouble = WhyNotBindable(monitored.listen);
      look.owner = look.trouble.empty() ? PortOwner::kFree : PortOwner::kUnusable;
      return look;
    }
  }
  const auto metrics = web.GetAs("http://" + address + "/metrics", monitored.token);
  look.owner = Answered(metrics) ? OwnerOf(metrics->body, monitored, &look.other_query)
                                 : OwnerWithoutMetrics(address, metrics, web);
  if (look.owner != PortOwner::kOurs) return look;
  const auto ready = web.GetAs("http://" + address + "/readyz", monitored.token);
  look.ready = Answered(ready);
  look.reason = ready.ok() ? ReasonOf(ready->body) : WhyNoAnswer(ready);
  return look;
}

std::string ReasonOf(const std::string& readyz) {
  const Json checks = ChecksOf(readyz);
  if (checks.is_null()) return OneLine(readyz, 240);
  std::string reason;
  std::set<std::string> told;
  for (const Json& check : checks) {
    if (!check.is_object() || check.value("ok", Json(true)) != Json(false)) continue;
    const std::string name = Text(check, "name");
    const std::string detail = Text(check, "detail");
    if (!detail.empty() && !told.insert(detail).second) continue;
    reason += (reason.empty() ? "" : "; ") + name + (detail.empty() ? "" : ": " + detail);
  }
  return OneLine(reason, 400);
}

Finding CheckPort(const PortLook& look, const Monitored& monitored) {
  if (!monitored.enabled) {
    return Warn(kName, "monitor.enabled is false: there are no metrics to scrape",
                "set monitor.enabled: true");
  }
  const std::string& at = monitored.listen;
  const char* what = monitored.is_producer ? "this producer" : "this job";
  switch (look.owner) {
    case PortOwner::kFree: return Ok(kName, fmt::format("{} is free: {} does not run", at, what));
    case PortOwner::kOurs:
      if (look.ready) return Ok(kName, fmt::format("{}: {} runs there and is ready", at, what));
      return Warn(kName,
                  fmt::format("{}: {} runs there, but is not ready: {}", at, what, look.reason),
                  "see the checks above and its log; it goes on by itself when the cause is gone");
    case PortOwner::kOtherSluice:
      return Fail(kName,
                  OneLine(fmt::format("{} is taken by another Sluice: {}", at, look.other_query)),
                  "set monitor.listen to another port");
    case PortOwner::kLocked: return Locked(monitored);
    case PortOwner::kForeign:
      return Fail(kName, at + " is taken by another program",
                  fmt::format("find it with: ss -ltnp 'sport = :{}'; or set monitor.listen",
                              SplitAddress(at).port));
    case PortOwner::kUnusable: break;
  }
  return Fail(kName, fmt::format("nobody can listen at {}: {}", at, look.trouble),
              "correct monitor.listen: an address of this machine and a port above 1023");
}

}  // namespace sluice::doctor
