// SPDX-License-Identifier: Apache-2.0
//
// A simulated city: buses on lines along a street grid, by timetable, more or less late. Where each bus
// is follows from the seed and the time alone, so that the same question has the same answer on every
// machine.
//
//   const City city({.seed = 1, .vehicles = 500});
//   Feed feed = city.VehiclesAt(1767225600);
#pragma once

#include <cstdint>
#include <vector>

#include "gtfs/feed.h"
#include "gtfs/line.h"

namespace sluice::gtfs {

struct CityOptions {
  uint64_t seed = 1;
  int vehicles = 500;         // all of them are out in the rush hours
  double latitude = 48.1173;  // of the centre
  double longitude = -1.6778;
  int utc_offset_seconds = 0;  // of the city's clocks
};

// Immutable after construction; safe from any thread. `unix_seconds`: a time since 1970.
class City {
 public:
  explicit City(const CityOptions& options);

  // The vehicles on shift as they have last reported; each reports every few seconds.
  Feed VehiclesAt(int64_t unix_seconds) const;
  // Trips under way and those of the next half hour.
  Feed TripUpdatesAt(int64_t unix_seconds) const;
  Feed AlertsAt(int64_t unix_seconds) const;

  const std::vector<Line>& lines() const { return lines_; }

 private:
  VehiclePosition PositionOf(const Line& line, const Shown& shown, const Moment& moment,
                             const std::string& start_date) const;
  void SetPoint(const Line& line, const Shown& shown, const Place& place,
                VehiclePosition& position) const;

  CityOptions options_;
  double metres_per_degree_east_;
  std::vector<Line> lines_;
};

}  // namespace sluice::gtfs
