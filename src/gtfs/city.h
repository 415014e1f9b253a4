// SPDX-License-Identifier: Apache-2.0
//
// A simulated city: buses on routes along a street grid, by timetable. Where each bus is follows from
// the seed and the time alone, so that the same question has the same answer on every machine.
//
//   const City city({.seed = 1, .vehicles = 500});
//   Feed feed = city.At(1767225600);
#pragma once

#include <cstdint>
#include <vector>

#include "gtfs/feed.h"
#include "gtfs/route.h"

namespace sluice::gtfs {

struct CityOptions {
  uint64_t seed = 1;
  int vehicles = 500;
  double latitude = 48.1173;  // of the centre
  double longitude = -1.6778;
};

// Immutable after construction; safe from any thread.
class City {
 public:
  explicit City(const CityOptions& options);

  // All vehicles as they have last reported at `unix_seconds`; each reports every few seconds.
  Feed At(int64_t unix_seconds) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Vehicle {
    std::string id;
    std::string label;
    size_t route = 0;
    int64_t offset_seconds = 0;  // its place in the route's timetable
    int report_phase = 0;
  };
  struct Trip {
    int64_t scheduled = 0;     // start by the timetable, seconds since 1970
    double seconds_since = 0;  // since it really set off; negative: not yet
    bool backward = false;
  };
  Trip TripAt(const Vehicle& vehicle, int64_t unix_seconds) const;
  VehiclePosition PositionAt(const Vehicle& vehicle, int64_t unix_seconds) const;

  CityOptions options_;
  std::vector<Route> routes_;
  std::vector<Vehicle> vehicles_;
};

}  // namespace sluice::gtfs
