// SPDX-License-Identifier: Apache-2.0
//
// What now and then goes wrong on a route for some hours: road works, an accident. It slows the buses
// (lateness.h) and is what the city's alerts tell of.
#pragma once

#include <cstdint>
#include <optional>

#include "gtfs/feed.h"

namespace sluice::gtfs {

struct Disruption {
  int begin = 0;  // seconds since midnight of the service day
  int end = 0;
  int told_from = 0;   // road works are announced, an accident is not
  int first_stop = 0;  // on the way between these stops of the route, by index
  int last_stop = 0;
  int seconds_a_leg = 0;  // what a bus loses on each leg
  AlertCause cause = AlertCause::kOtherCause;
  AlertEffect effect = AlertEffect::kSignificantDelays;
  AlertSeverity severity = AlertSeverity::kWarning;
};

// That of a route with `stops` stops on the day that `day_seed` stands for, if there is one.
std::optional<Disruption> DrawDisruption(uint64_t day_seed, int stops);

}  // namespace sluice::gtfs
