// SPDX-License-Identifier: Apache-2.0
#include "doctor/broker_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <regex>

#include "core/ascii.h"
#include "doctor/wording.h"

namespace sluice::doctor {

namespace {

constexpr const char* kName = "broker";
constexpr size_t kMostNames = 3;

bool WantsTls(const BrokerLook& look) {
  return look.protocol.find("SSL") == 0 || look.protocol == "SASL_SSL";
}
bool WantsSasl(const BrokerLook& look) { return look.protocol.starts_with("SASL_"); }

std::vector<std::string> Troubles(const std::vector<Listener>& listeners) {
  std::vector<std::string> troubles;
  for (const Listener& listener : listeners) {
    if (!listener.trouble.empty()) troubles.push_back(listener.address + ": " + listener.trouble);
  }
  return troubles;
}

bool AllHave(const std::vector<Listener>& listeners, bool Listener::* trait) {
  return std::ranges::all_of(listeners, [trait](const Listener& one) { return one.*trait; });
}

Finding NoConnection(const BrokerLook& look) {
  const std::string seen = List(Troubles(look.bootstrap), kMostNames);
  if (AllHave(look.bootstrap, &Listener::unknown_name))
    return Fail(kName, seen,
                "correct the host in kafka.bootstrap.servers, or mend the name service");
  if (AllHave(look.bootstrap, &Listener::refused))
    return Fail(kName, seen,
                "start the broker, or correct host and port in kafka.bootstrap.servers");
  return Fail(kName, seen,
              "check host and port in kafka.bootstrap.servers, the firewall and the route to it");
}

std::optional<Finding> WrongProtocol(const BrokerLook& look, const Listener& listener) {
  const std::string at = listener.address;
  switch (listener.speaks) {
    case Speaks::kHttp:
      return Fail(kName, at + " answers in HTTP: that is no port of Kafka",
                  "give the broker's own port in kafka.bootstrap.servers");
    case Speaks::kTls:
      if (WantsTls(look)) return std::nullopt;
      return Fail(kName,
                  fmt::format("{} wants TLS, but kafka.security.protocol is {}", at, look.protocol),
                  fmt::format("set kafka.security.protocol: {}, or give the plain port",
                              WantsSasl(look) ? "SASL_SSL" : "SSL (SASL_SSL with a log-in)"));
    case Speaks::kKafka:
    case Speaks::kKafkaSasl:
      if (!WantsTls(look)) return std::nullopt;
      return Fail(
          kName,
          fmt::format("{} speaks plain Kafka without TLS, but kafka.security.protocol is {}", at,
                      look.protocol),
          fmt::format("give the TLS port, or set kafka.security.protocol: {}",
                      listener.speaks == Speaks::kKafka ? "PLAINTEXT" : "SASL_PLAINTEXT"));
    case Speaks::kNothing:
      return Fail(kName, at + " takes connections, but answers neither Kafka's requests nor TLS",
                  "check that a broker listens there and is not stopped or overloaded");
    case Speaks::kUnknown: break;
  }
  return std::nullopt;
}

std::optional<Finding> WrongLogin(const BrokerLook& look, const Listener& listener) {
  const std::string offered = OneLine(List(listener.mechanisms, 6));
  const bool asks = listener.speaks == Speaks::kKafkaSasl;
  if (asks && !WantsSasl(look)) {
    return Fail(kName,
                fmt::format("{} wants a log-in (SASL: {}), but kafka.security.protocol is {}",
                            listener.address, offered, look.protocol),
                "set kafka.security.protocol: SASL_PLAINTEXT, kafka.sasl.mechanism and "
                "kafka.sasl.jaas.config");
  }
  if (listener.speaks == Speaks::kKafka && WantsSasl(look)) {
    return Fail(kName,
                fmt::format("{} takes no log-in, but kafka.security.protocol is {}",
                            listener.address, look.protocol),
                "set kafka.security.protocol: PLAINTEXT, or give the port that has SASL");
  }
  const bool offers =
      std::ranges::find(listener.mechanisms, look.mechanism) != listener.mechanisms.end();
  if (asks && !listener.mechanisms.empty() && !offers) {
    return Fail(kName,
                fmt::format("{} offers SASL {}, not {}", listener.address, offered, look.mechanism),
                "set kafka.sasl.mechanism to one of these");
  }
  return std::nullopt;
}

Finding NoAnswer(const BrokerLook& look) {
  const auto connected =
      std::ranges::find_if(look.bootstrap, [](const Listener& one) { return one.trouble.empty(); });
  if (connected == look.bootstrap.end()) return NoConnection(look);
  if (auto wrong = WrongProtocol(look, *connected)) return *wrong;
  if (auto wrong = WrongLogin(look, *connected)) return *wrong;
  const std::string& code = look.answered.code();
  if (code == "KAFKA_AUTHENTICATION_FAILED") {
    return Fail(
        kName, Essence(look.answered.message()),
        "correct user and password in kafka.sasl.jaas.config (mechanism " + look.mechanism + ")");
  }
  if (code == "KAFKA_TLS_FAILED") {
    return Fail(kName, Essence(look.answered.message()),
                "check kafka.ssl.truststore.location and kafka.ssl.keystore.location, and that the "
                "certificate names the host");
  }
  return Fail(kName, Essence(look.answered.message()),
              "check kafka.security.protocol, kafka.ssl.* and the broker's own log");
}

}  // namespace

BrokerLook LookOf(const std::map<std::string, std::string>& client) {
  BrokerLook look;
  for (const auto& [name, value] : client) {
    const std::string lower = ToLower(name);
    if (lower == "bootstrap.servers") look.servers = value;
    if (lower == "sasl.mechanism") look.mechanism = value;
    if (lower != "security.protocol") continue;
    look.protocol = value;
    std::ranges::transform(look.protocol, look.protocol.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    });
  }
  return look;
}

std::optional<std::string> LearnedAddress(const std::string& message) {
  static const std::regex kNode(R"(([^\s/]+:\d+)/\d+: )");
  std::smatch found;
  if (!std::regex_search(message, found, kNode)) return std::nullopt;
  return found[1].str();
}

Finding CheckBroker(const BrokerLook& look) {
  if (!look.answered.ok()) return NoAnswer(look);
  const std::vector<std::string> away = Troubles(look.advertised);
  const std::string answers = fmt::format("{} answers over {}", look.servers, look.protocol);
  if (!away.empty() && away.size() == look.advertised.size()) {
    return Fail(kName,
                fmt::format("{}, but sends its clients to {}", answers, List(away, kMostNames)),
                "set advertised.listeners of the broker to an address that this machine can reach");
  }
  const std::string counted =
      fmt::format("{}; {}", answers,
                  Counted(static_cast<int64_t>(look.advertised.size()), "broker", "brokers"));
  if (!away.empty()) {
    return Warn(kName, fmt::format("{}, of which {}", counted, List(away, kMostNames)),
                "start it, or take it out of the cluster: its partitions cannot be read");
  }
  if (const std::vector<std::string> dead = Troubles(look.bootstrap); !dead.empty()) {
    return Warn(kName, fmt::format("{}; {}", counted, List(dead, kMostNames)),
                "correct kafka.bootstrap.servers: that address helps nobody");
  }
  return Ok(kName, counted);
}

}  // namespace sluice::doctor
