// SPDX-License-Identifier: Apache-2.0
//
// `sluice demo`: an in-process broker, a simulated city that sends to it, and the real job.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::cli {

struct DemoArguments {
  int vehicles = 500;
  uint64_t seed = 1;
  double rate = 2;       // feed messages a second, each with every vehicle
  std::string duration;  // "30 seconds"; empty: until told to stop
  std::string dir = "data/demo";
  std::string config;  // empty: config/config_demo.yaml if it is there, else the one built in
  std::string listen;  // empty: the configuration's
};

int DemoCommand(const DemoArguments& arguments);

}  // namespace sluice::cli
