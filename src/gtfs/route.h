// SPDX-License-Identifier: Apache-2.0
//
// A bus route of the simulated city: a path along the streets of a grid, with stops at equal distances,
// and how a bus moves from one stop to the next.
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

// Where a bus is between two stops.
struct Motion {
  double metres = 0;  // from the stop that it left
  double speed_mps = 0;
  bool arriving = false;  // less than 60 m before the next stop
};

class Route {
 public:
  static constexpr int kMaxStops = 20;

  // Draws path, stops and cruising speed.
  Route(int number, Random& random);

  const std::string& id() const { return id_; }
  const std::vector<Stop>& stops() const { return stops_; }
  int legs() const { return static_cast<int>(stops_.size()) - 1; }
  double length_m() const { return stops_.back().at_m; }
  // Point of the path, and the compass bearing of its street there in direction of growing distance.
  Point PointAt(double at_m) const;
  double BearingAt(double at_m) const;

  // Seconds from one stop to the next on an empty street.
  int run_seconds() const { return run_seconds_; }
  // Part (0..1) of a leg's time is over that takes `seconds` in all, which is run_seconds or more.
  Motion MotionAt(double part, double seconds) const;

 private:
  void DrawPath(Random& random);

  std::string id_;
  std::vector<Point> corners_;  // one every block
  std::vector<Stop> stops_;
  double cruise_mps_ = 10;
  int run_seconds_ = 0;
};

}  // namespace sluice::gtfs
