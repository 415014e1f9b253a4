// SPDX-License-Identifier: Apache-2.0
//
// A line of the city: its route, its timetable and its vehicles, and what all of these do at a moment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gtfs/feed.h"
#include "gtfs/lateness.h"
#include "gtfs/route.h"
#include "gtfs/service_day.h"
#include "gtfs/timetable.h"

namespace sluice::gtfs {

struct LineVehicle {
  std::string id;
  std::string label;
  int report_every = 5;  // seconds
  int report_phase = 0;
};

struct Line {
  Route route;
  Timetable timetable;
  uint64_t seed = 0;
  std::vector<LineVehicle> vehicles;
};

// A vehicle that is on shift, as it last reported.
struct Shown {
  size_t vehicle = 0;  // of the line
  Journey journey;
  int at = 0;  // when it reported, seconds since midnight

  bool serves(const Timetable& timetable) const {
    return at >= journey.serves_from && at < journey.end(timetable) + kTurnSeconds;
  }
};

struct LineNow {
  std::vector<Shown> shown;
  std::vector<ScheduledTrip> upcoming;  // set off within the horizon; their vehicles' next trips
  std::vector<ScheduledTrip> canceled;  // within the horizon or in what would be their time
};

RouteDay DayOf(const Line& line, const Moment& moment);

// `horizon_seconds` 0: no upcoming and no cancelled trips.
LineNow LineAt(const Line& line, const Moment& moment, int horizon_seconds);

// Where a bus is on its trip, stops by index in order of travel.
struct Place {
  int stop = 0;  // that it stands at or goes to
  bool standing = true;
  int left_at = 0;     // while it goes: when it left the stop before,
  int arrives_at = 0;  // and when it will stand at `stop`
};
Place PlaceOf(const Journey& journey, const Timetable& timetable, int at);

// The same stop as the route counts it.
size_t RouteStop(const Line& line, const ScheduledTrip& trip, int stop);

Trip DescribeTrip(const Line& line, const ScheduledTrip& trip, const std::string& start_date);

}  // namespace sluice::gtfs
