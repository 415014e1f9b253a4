// SPDX-License-Identifier: Apache-2.0
#include "gtfs/line.h"

#include <algorithm>

#include "gtfs/random.h"

namespace sluice::gtfs {

RouteDay DayOf(const Line& line, const Moment& moment) {
  const uint64_t seed =
      Random(line.seed ^ (static_cast<uint64_t>(moment.day) * 0x9e3779b97f4a7c15ULL)).Next();
  return {line.route, line.timetable, seed,
          DrawDisruption(seed, static_cast<int>(line.route.stops().size()))};
}

LineNow LineAt(const Line& line, const Moment& moment, int horizon_seconds) {
  std::vector<Shown> slots(line.vehicles.size());
  std::vector<bool> taken(slots.size());
  for (size_t i = 0; i < slots.size(); ++i) {
    const LineVehicle& vehicle = line.vehicles[i];
    slots[i].vehicle = i;
    slots[i].at = moment.seconds - static_cast<int>((moment.unix_seconds + vehicle.report_phase) %
                                                    vehicle.report_every);
  }
  LineNow now;
  const int horizon = moment.seconds + horizon_seconds;
  // A vehicle goes to the place of its next trip within this time before it.
  const int until = std::max(horizon, moment.seconds + kPullOutSeconds);
  RunDay(DayOf(line, moment), until, [&](const Journey& journey) {
    const auto index = static_cast<size_t>(journey.trip.vehicle);
    if (journey.canceled) {
      const int over = journey.trip.start + line.timetable.trip_seconds();
      if (horizon_seconds > 0 && over > moment.seconds) now.canceled.push_back(journey.trip);
    } else if (journey.shown_from <= slots[index].at) {
      slots[index].journey = journey;
      taken[index] = true;
    } else if (horizon_seconds > 0 && journey.trip.start <= horizon) {
      now.upcoming.push_back(journey.trip);
    }
  });
  for (size_t i = 0; i < slots.size(); ++i) {
    if (taken[i] && slots[i].at < slots[i].journey.end(line.timetable) + kPullInSeconds)
      now.shown.push_back(slots[i]);
  }
  return now;
}

Place PlaceOf(const Journey& journey, const Timetable& timetable, int at) {
  Place place;
  const auto departure = [&](int stop) {
    return journey.trip.start + timetable.Departure(stop) +
           journey.departure[static_cast<size_t>(stop)];
  };
  while (place.stop < timetable.legs() && departure(place.stop) <= at) {
    place.left_at = departure(place.stop++);
    place.arrives_at = journey.trip.start + timetable.Arrival(place.stop) +
                       journey.arrival[static_cast<size_t>(place.stop)];
    place.standing = at >= place.arrives_at;
    if (!place.standing) break;
  }
  return place;
}

size_t RouteStop(const Line& line, const ScheduledTrip& trip, int stop) {
  return static_cast<size_t>(trip.backward ? line.timetable.legs() - stop : stop);
}

Trip DescribeTrip(const Line& line, const ScheduledTrip& trip, const std::string& start_date) {
  Trip described;
  described.route_id = line.route.id();
  described.direction_id = trip.backward ? 1 : 0;
  described.trip_id = line.route.id() + (trip.backward ? "-1-" : "-0-") + MinuteText(trip.start);
  described.start_time = TimeText(trip.start);
  described.start_date = start_date;
  return described;
}

}  // namespace sluice::gtfs
