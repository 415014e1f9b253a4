// SPDX-License-Identifier: Apache-2.0
#include "gtfs/city.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::gtfs {

namespace {

constexpr int kVehiclesPerRoute = 12;
constexpr int kReportSeconds = 5;
constexpr int kLayoverSeconds = 240;
// A bus may set off this much late; less than the layover, so that the delay is made good.
constexpr int kMaxDelaySeconds = 180;
constexpr double kMetresPerDegree = 111320;

// A time between two departures of one bus, in whole minutes as timetables have it.
int64_t TripPeriod(const Route& route) {
  return (static_cast<int64_t>(std::ceil(route.trip_seconds())) + kLayoverSeconds + 59) / 60 * 60;
}

std::string UtcText(int64_t unix_seconds, const char* format) {
  return fmt::format(fmt::runtime(format), fmt::gmtime(static_cast<time_t>(unix_seconds)));
}

}  // namespace

City::City(const CityOptions& options) : options_(options) {
  Random random(options.seed);
  const int routes = std::max(1, (options.vehicles + kVehiclesPerRoute - 1) / kVehiclesPerRoute);
  for (int i = 0; i < routes; ++i) routes_.emplace_back(i + 1, random);
  for (int i = 0; i < options.vehicles; ++i) {
    Vehicle vehicle;
    vehicle.id = fmt::format("{}", 1001 + i);
    vehicle.label = fmt::format("Bus {}", 1001 + i);
    vehicle.route = static_cast<size_t>(i % routes);
    const int64_t cycle = 2 * TripPeriod(routes_[vehicle.route]);
    const int place = i / routes;
    vehicle.offset_seconds = cycle * place / kVehiclesPerRoute / 60 * 60;
    vehicle.report_phase = random.Below(kReportSeconds);
    vehicles_.push_back(std::move(vehicle));
  }
}

Feed City::At(int64_t unix_seconds) const {
  Feed feed;
  feed.timestamp = unix_seconds;
  feed.vehicles.reserve(vehicles_.size());
  for (const Vehicle& vehicle : vehicles_) {
    const int64_t age = (unix_seconds + vehicle.report_phase) % kReportSeconds;
    feed.vehicles.push_back(PositionAt(vehicle, unix_seconds - age));
  }
  return feed;
}

City::Trip City::TripAt(const Vehicle& vehicle, int64_t unix_seconds) const {
  const int64_t period = TripPeriod(routes_[vehicle.route]);
  const int64_t number = (unix_seconds - vehicle.offset_seconds) / period;
  Trip trip;
  trip.scheduled = number * period + vehicle.offset_seconds;
  trip.backward = number % 2 != 0;
  // The delay belongs to the trip: the same whenever it is asked for.
  Random random(options_.seed ^ static_cast<uint64_t>(trip.scheduled) ^
                (std::stoull(vehicle.id) << 40));
  trip.seconds_since =
      static_cast<double>(unix_seconds - trip.scheduled) - random.Below(kMaxDelaySeconds);
  return trip;
}

VehiclePosition City::PositionAt(const Vehicle& vehicle, int64_t unix_seconds) const {
  const Route& route = routes_[vehicle.route];
  const Trip trip = TripAt(vehicle, unix_seconds);
  const Progress progress = route.At(trip.seconds_since, trip.backward);
  const double at_m = trip.backward ? route.length_m() - progress.at_m : progress.at_m;
  const Point point = route.PointAt(at_m);
  const double shrink = std::cos(options_.latitude * std::numbers::pi / 180);

  VehiclePosition position;
  position.vehicle_id = vehicle.id;
  position.label = vehicle.label;
  position.route_id = route.id();
  position.direction_id = trip.backward ? 1 : 0;
  position.start_date = UtcText(trip.scheduled, "{:%Y%m%d}");
  position.start_time = UtcText(trip.scheduled, "{:%H:%M:%S}");
  position.trip_id = fmt::format("{}-{}-{}", route.id(), position.direction_id,
                                 UtcText(trip.scheduled, "{:%H%M}"));
  position.latitude = static_cast<float>(options_.latitude + point.north / kMetresPerDegree);
  position.longitude =
      static_cast<float>(options_.longitude + point.east / (kMetresPerDegree * shrink));
  position.bearing =
      static_cast<float>(std::fmod(route.BearingAt(at_m) + (trip.backward ? 180 : 0), 360));
  position.speed = static_cast<float>(std::round(progress.speed_mps * 10) / 10);
  const auto stops = static_cast<int>(route.stops().size());
  position.current_stop_sequence = trip.backward ? stops - progress.stop : progress.stop + 1;
  position.stop_id = route.stops()[static_cast<size_t>(progress.stop)].id;
  position.status = progress.standing   ? VehicleStatus::kStoppedAt
                    : progress.arriving ? VehicleStatus::kIncomingAt
                                        : VehicleStatus::kInTransitTo;
  position.timestamp = unix_seconds;
  return position;
}

}  // namespace sluice::gtfs
