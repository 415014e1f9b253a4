// SPDX-License-Identifier: Apache-2.0
//
// How late a route's buses are: one day, trip after trip, from the timetable and the day's seed.
//
// On each leg traffic takes more or less than the timetable's slack. A bus whose gap to the one before
// it has grown finds more people at the stops, stands longer and grows later yet, while the one behind
// catches up: buses bunch. Nobody overtakes on the way, nobody leaves a stop early, and a bus that comes
// in late sets off late on its next trip, less what the layover makes good. One that is far too late
// leaves out a trip there and back, one that breaks down all that are left. Integers all: the same
// everywhere.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "gtfs/disruption.h"
#include "gtfs/route.h"
#include "gtfs/timetable.h"

namespace sluice::gtfs {

// What became of a scheduled trip. Delays are seconds after the timetable, by stop in order of travel.
struct Journey {
  using Delays = std::array<int16_t, Route::kMaxStops>;

  ScheduledTrip trip;
  bool canceled = false;    // there are no delays then
  int32_t ready = 0;        // its vehicle is there for it,
  int32_t shown_from = 0;   // reports from here on,
  int32_t serves_from = 0;  // and says from here on that it is on this trip
  Delays arrival{};         // that of the first stop means nothing
  Delays departure{};       // that of the last stop is its arrival
  Delays gap{};             // by how much the gap to the bus before exceeds the headway

  int end(const Timetable& timetable) const {
    return trip.start + timetable.trip_seconds() + arrival[static_cast<size_t>(timetable.legs())];
  }
};

// A bus needs this long to turn; after its last trip it is seen for a while.
inline constexpr int kTurnSeconds = 60;
inline constexpr int kPullInSeconds = 180;
// No vehicle is at the place of its next trip, or seen there, longer than this before it.
inline constexpr int kPullOutSeconds = 300;

struct RouteDay {
  const Route& route;
  const Timetable& timetable;
  uint64_t seed;  // of this route and this day
  std::optional<Disruption> disruption;
};

// Calls `visit` for each trip that the timetable has set off until `until`, in the order in which they
// really set off. What a trip does after `until` may still change with a later `until`.
void RunDay(const RouteDay& day, int until, const std::function<void(const Journey&)>& visit);

// How heavy the traffic of that time of day is, in percent of what the timetable allows for.
int TrafficPercent(int seconds_of_day);

}  // namespace sluice::gtfs
