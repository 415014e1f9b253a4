// SPDX-License-Identifier: Apache-2.0
//
// `sluice simulate`: a simulated city over HTTP, with faults on demand and by schedule.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::cli {

struct SimulateArguments {
  std::string listen = "127.0.0.1:8400";
  int vehicles = 500;
  uint64_t seed = 1;
  int feeds = 0;
  double speed = 1;
  int refresh_seconds = 1;
  std::string start;     // "2026-01-01T08:00:00Z"; empty: now
  std::string clock;     // "08:00": what the city's clocks show at the start; empty: UTC
  std::string faults;    // a schedule, or @FILE
  std::string api_key;   // never printed
  std::string duration;  // "30 seconds"; empty: until told to stop
};

int SimulateCommand(const SimulateArguments& arguments);

// How far clocks that show that time of day are ahead of UTC, in seconds, whole minutes.
int UtcOffsetFor(int seconds_of_day, int64_t unix_ms);

}  // namespace sluice::cli
