// SPDX-License-Identifier: Apache-2.0
//
// The timetable of a route, the same every day: which of its vehicles sets off when. Some vehicles work
// from morning to night, others in the rush hours alone, one of them deep into the night.
#pragma once

#include <cstdint>
#include <vector>

#include "gtfs/route.h"

namespace sluice::gtfs {

// Times are seconds since midnight of the service day (service_day.h).

struct ScheduledTrip {
  int32_t start = 0;
  int16_t headway = 0;  // since the trip before in the same direction; 0: there is none for an hour
  int16_t vehicle = 0;  // of the route, from 0
  int16_t number = 0;   // of that vehicle on that day, from 0
  bool backward = false;
  bool first_of_duty = false;
};

// Immutable after construction.
class Timetable {
 public:
  // A bus stands this long at a stop, and may be this much slower on a leg than on an empty street.
  static constexpr int kDwellSeconds = 20;
  static constexpr int kSlackSeconds = 8;

  Timetable(const Route& route, int vehicles);

  // Of each vehicle, by start.
  const std::vector<std::vector<ScheduledTrip>>& trips() const { return trips_; }
  int legs() const { return legs_; }
  // From setting off until leaving stop `index` (0..legs-1), and until standing at it (1..legs).
  int Departure(int index) const { return index * (leg_seconds_ + kDwellSeconds); }
  int Arrival(int index) const { return Departure(index) - kDwellSeconds; }
  int trip_seconds() const { return Arrival(legs_); }

 private:
  void SetHeadways();

  int legs_;
  int leg_seconds_;  // between two stops, slack and all
  std::vector<std::vector<ScheduledTrip>> trips_;
};

}  // namespace sluice::gtfs
