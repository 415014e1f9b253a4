// SPDX-License-Identifier: Apache-2.0
//
// Is there a broker at kafka.bootstrap.servers, does it speak what the configuration says, and can the
// addresses be reached that the cluster sends its clients to? The first of the classic questions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "doctor/broker_probe.h"
#include "doctor/finding.h"

namespace sluice::doctor {

struct BrokerLook {
  std::string servers;                 // kafka.bootstrap.servers
  std::string protocol = "PLAINTEXT";  // kafka.security.protocol
  std::string mechanism = "GSSAPI";    // kafka.sasl.mechanism
  Status answered;                     // what became of asking for the cluster's metadata
  std::vector<Listener> bootstrap;     // of `servers`; what they speak only if none answered
  std::vector<Listener> advertised;    // of the cluster's brokers, if it answered
};

// `client`: Java's option names.
BrokerLook LookOf(const std::map<std::string, std::string>& client);

// host:port of the broker that librdkafka's words are about ("host:port/1: ..."), if it learned of that
// broker from the cluster and not from `servers`.
std::optional<std::string> LearnedAddress(const std::string& message);

Finding CheckBroker(const BrokerLook& look);

}  // namespace sluice::doctor
