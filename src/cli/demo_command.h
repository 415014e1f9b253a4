// SPDX-License-Identifier: Apache-2.0
//
// `sluice demo`: a simulated city over HTTP, the real producer, an in-process broker, and the real job.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::cli {

struct DemoArguments {
  int vehicles = 500;
  uint64_t seed = 1;
  double rate = 2;       // how often a second the producer asks the city
  std::string duration;  // "30 seconds"; empty: until told to stop
  std::string dir = "data/demo";
  std::string config;  // empty: config/config_demo.yaml if it is there, else the one built in
  std::string listen;  // empty: the configuration's
};

int DemoCommand(const DemoArguments& arguments);

}  // namespace sluice::cli
