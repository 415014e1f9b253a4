// SPDX-License-Identifier: Apache-2.0
//
// A bus route of the simulated city: a path along the streets of a grid, with stops, and how a bus
// moves on it.
#pragma once

#include <string>
#include <vector>

#include "gtfs/random.h"

namespace sluice::gtfs {

// Metres east and north of the city's centre.
struct Point {
  double east = 0;
  double north = 0;
};

struct Stop {
  std::string id;
  double at_m = 0;  // distance from the route's first stop, along the path
};

// Where a bus is on its way from the first stop to the last, that many seconds after it set off.
struct Progress {
  double at_m = 0;
  double speed_mps = 0;
  int stop = 0;  // index of the stop that it stands at or goes to
  bool standing = false;
  bool arriving = false;  // less than 60 m before that stop
};

class Route {
 public:
  // Draws path, stops and cruising speed.
  Route(int number, Random& random);

  const std::string& id() const { return id_; }
  const std::vector<Stop>& stops() const { return stops_; }
  double length_m() const { return stops_.back().at_m; }
  // Point of the path, and the compass bearing of its street there in direction of growing distance.
  Point PointAt(double at_m) const;
  double BearingAt(double at_m) const;

  // Seconds from leaving the first stop to standing at the last.
  double trip_seconds() const { return trip_seconds_; }
  // `backward`: from the last stop to the first; distances and stops are then counted from the last.
  Progress At(double seconds, bool backward) const;

 private:
  void DrawPath(Random& random);

  std::string id_;
  std::vector<Point> corners_;  // one every kBlockMetres
  std::vector<Stop> stops_;
  double cruise_mps_ = 10;
  double trip_seconds_ = 0;
};

}  // namespace sluice::gtfs
