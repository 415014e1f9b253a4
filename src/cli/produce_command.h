// SPDX-License-Identifier: Apache-2.0
//
// `sluice produce CONFIG`: feeds into a Kafka topic until told to stop.
#pragma once

#include <optional>
#include <string>

namespace sluice::cli {

struct ProduceArguments {
  std::string config;
  double speed = 1;      // of replays
  bool loop = false;     // replays begin again at their end
  std::string listen;    // empty: the configuration's
  std::string duration;  // "30 seconds"; empty: until told to stop
};

// Exit codes as in exit_code.h.
int ProduceCommand(const ProduceArguments& arguments);

// `sluice produce --check` and `sluice check` of a producer's file: prints the effective configuration with
// each value's origin; mistakes on standard error. Connects to nothing.
int CheckProducer(const std::string& config);

// What editors and the documentation see of the keys.
void PrintProducerSchema();
void PrintProducerKeys();

}  // namespace sluice::cli
