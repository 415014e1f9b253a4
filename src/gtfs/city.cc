// SPDX-License-Identifier: Apache-2.0
#include "gtfs/city.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gtfs/city_alerts.h"
#include "gtfs/predictions.h"

namespace sluice::gtfs {

namespace {

constexpr int kVehiclesPerLine = 12;
constexpr int kReportSeconds = 5;
constexpr int kSlowReportSeconds = 20;  // of one vehicle in ten
constexpr double kMetresPerDegree = 111320;

// People at the stops: more after a long gap, more in the rush hours.
Occupancy OccupancyOf(const Journey& journey, int stop, int at) {
  int percent = TrafficPercent(at);
  const int headway = journey.trip.headway;
  if (headway > 0) percent = percent * (headway + journey.gap[static_cast<size_t>(stop)]) / headway;
  if (percent < 30) return Occupancy::kEmpty;
  if (percent < 90) return Occupancy::kManySeats;
  if (percent < 150) return Occupancy::kFewSeats;
  if (percent < 250) return Occupancy::kStandingRoomOnly;
  return percent < 400 ? Occupancy::kCrushedStandingRoomOnly : Occupancy::kFull;
}

Line MakeLine(int number, int vehicles, Random& random) {
  Route route(number, random);
  Timetable timetable(route, vehicles);
  return {std::move(route), std::move(timetable), random.Next(), {}};
}

LineVehicle MakeVehicle(int number, Random& random) {
  LineVehicle vehicle;
  vehicle.id = fmt::format("{}", number);
  vehicle.label = fmt::format("Bus {}", number);
  vehicle.report_every = random.Below(10) == 0 ? kSlowReportSeconds : kReportSeconds;
  vehicle.report_phase = random.Below(vehicle.report_every);
  return vehicle;
}

}  // namespace

City::City(const CityOptions& options)
    : options_(options),
      metres_per_degree_east_(kMetresPerDegree *
                              std::cos(options.latitude * std::numbers::pi / 180)) {
  Random random(options.seed);
  const int lines = std::max(1, (options.vehicles + kVehiclesPerLine - 1) / kVehiclesPerLine);
  for (int i = 0; i < lines; ++i) {
    const int vehicles = options.vehicles / lines + (i < options.vehicles % lines ? 1 : 0);
    lines_.push_back(MakeLine(i + 1, vehicles, random));
  }
  for (int i = 0; i < options.vehicles; ++i)
    lines_[static_cast<size_t>(i % lines)].vehicles.push_back(MakeVehicle(1001 + i, random));
}

Feed City::VehiclesAt(int64_t unix_seconds) const {
  const Moment moment = MomentAt(unix_seconds, options_.utc_offset_seconds);
  const std::string start_date = DateText(moment.day);
  Feed feed;
  feed.timestamp = unix_seconds;
  feed.vehicles.reserve(static_cast<size_t>(options_.vehicles));
  for (const Line& line : lines_) {
    for (const Shown& shown : LineAt(line, moment, 0).shown)
      feed.vehicles.push_back(PositionOf(line, shown, moment, start_date));
  }
  return feed;
}

Feed City::TripUpdatesAt(int64_t unix_seconds) const {
  const Moment moment = MomentAt(unix_seconds, options_.utc_offset_seconds);
  const std::string start_date = DateText(moment.day);
  Feed feed;
  feed.timestamp = unix_seconds;
  for (const Line& line : lines_) AppendTripUpdates(line, moment, start_date, feed.trip_updates);
  return feed;
}

Feed City::AlertsAt(int64_t unix_seconds) const {
  const Moment moment = MomentAt(unix_seconds, options_.utc_offset_seconds);
  const std::string start_date = DateText(moment.day);
  Feed feed;
  feed.timestamp = unix_seconds;
  feed.alerts.push_back(StandingAlert());
  for (const Line& line : lines_) AppendAlerts(line, moment, start_date, feed.alerts);
  return feed;
}

void City::SetPoint(const Line& line, const Shown& shown, const Place& place,
                    VehiclePosition& position) const {
  const std::vector<Stop>& stops = line.route.stops();
  double along = stops[static_cast<size_t>(place.stop)].at_m;
  if (!place.standing) {
    const double seconds = place.arrives_at - place.left_at;
    const Motion motion = line.route.MotionAt((shown.at - place.left_at) / seconds, seconds);
    along = stops[static_cast<size_t>(place.stop) - 1].at_m + motion.metres;
    position.speed = static_cast<float>(std::round(motion.speed_mps * 10) / 10);
    position.status = motion.arriving ? VehicleStatus::kIncomingAt : VehicleStatus::kInTransitTo;
  } else {
    position.status = VehicleStatus::kStoppedAt;
  }
  const bool backward = shown.journey.trip.backward;
  if (backward) along = line.route.length_m() - along;
  const Point point = line.route.PointAt(along);
  position.latitude = static_cast<float>(options_.latitude + point.north / kMetresPerDegree);
  position.longitude =
      static_cast<float>(options_.longitude + point.east / metres_per_degree_east_);
  position.bearing =
      static_cast<float>(std::fmod(line.route.BearingAt(along) + (backward ? 180 : 0), 360));
}

VehiclePosition City::PositionOf(const Line& line, const Shown& shown, const Moment& moment,
                                 const std::string& start_date) const {
  const LineVehicle& vehicle = line.vehicles[shown.vehicle];
  const Place place = PlaceOf(shown.journey, line.timetable, shown.at);
  VehiclePosition position;
  position.vehicle_id = vehicle.id;
  position.label = vehicle.label;
  position.timestamp = moment.midnight + shown.at;
  SetPoint(line, shown, place, position);
  position.current_stop_sequence = place.stop + 1;
  position.stop_id = line.route.stops()[RouteStop(line, shown.journey.trip, place.stop)].id;
  position.occupancy = Occupancy::kEmpty;
  if (shown.serves(line.timetable)) {
    position.trip = DescribeTrip(line, shown.journey.trip, start_date);
    const int left = place.standing ? place.stop : place.stop - 1;
    position.occupancy = OccupancyOf(shown.journey, left, shown.at);
  }
  return position;
}

}  // namespace sluice::gtfs
