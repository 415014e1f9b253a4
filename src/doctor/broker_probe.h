// SPDX-License-Identifier: Apache-2.0
//
// What listens at an address: is there a connection, and which protocol answers. Two requests of Kafka's
// protocol and the begin of a TLS handshake tell; nobody is logged in.
//
// Sources: Kafka protocol guide (ApiVersions v0, SaslHandshake v1); RFC 5246 (ClientHello).
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sluice::doctor {

enum class Speaks {
  kUnknown,    // not asked, or no connection
  kKafka,      // plain, without a log-in
  kKafkaSasl,  // plain, with a log-in
  kTls,
  kHttp,
  kNothing  // takes the connection and says nothing that is known
};

struct Listener {
  std::string address;        // as it was given: "broker:9092"
  std::string trouble = {};   // why there is no connection; empty if there is one
  bool refused = false;       // the trouble: nothing listens
  bool unknown_name = false;  // the trouble: no such host
  Speaks speaks = Speaks::kUnknown;
  std::vector<std::string> mechanisms = {};  // kKafkaSasl: what it offers
};

// "a:1, b:2" -> {"a:1", "b:2"}.
std::vector<std::string> SplitServers(const std::string& servers);

// Connects to all of them side by side, and hangs up.
std::vector<Listener> Connect(const std::vector<std::string>& addresses,
                              std::chrono::milliseconds timeout);

// Also finds out what it speaks; takes up to four times `timeout`.
Listener AskListener(const std::string& address, std::chrono::milliseconds timeout);

}  // namespace sluice::doctor
