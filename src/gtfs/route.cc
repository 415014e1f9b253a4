// SPDX-License-Identifier: Apache-2.0
#include "gtfs/route.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::gtfs {

namespace {

constexpr double kBlockMetres = 200;
constexpr int kBlocksBetweenStops = 2;
constexpr double kLegMetres = kBlockMetres * kBlocksBetweenStops;
constexpr double kAcceleration = 1.0;  // m/s², braking too
constexpr double kArrivingMetres = 60;
constexpr int kCityBlocks = 60;  // half the side of the city

struct Street {
  int east;
  int north;
  double bearing;
};
constexpr std::array<Street, 4> kStreets = {{{0, 1, 0}, {1, 0, 90}, {0, -1, 180}, {-1, 0, 270}}};

// Time and place within one leg between stops, which is run from standing to standing.
struct Leg {
  double metres;
  double cruise;

  double ramp_seconds() const { return cruise / kAcceleration; }
  double ramp_metres() const { return cruise * cruise / (2 * kAcceleration); }
  double seconds() const { return 2 * ramp_seconds() + (metres - 2 * ramp_metres()) / cruise; }
  double SpeedAt(double t) const {
    return std::clamp(std::min(t, seconds() - t) * kAcceleration, 0.0, cruise);
  }
  double MetresAt(double t) const {
    const double ramp = ramp_seconds();
    if (t <= ramp) return kAcceleration * t * t / 2;
    const double left = seconds() - t;
    if (left <= ramp) return metres - kAcceleration * left * left / 2;
    return ramp_metres() + (t - ramp) * cruise;
  }
};

}  // namespace

Route::Route(int number, Random& random) : id_(fmt::format("R{}", number)) {
  DrawPath(random);
  for (size_t corner = 0; corner < corners_.size(); corner += kBlocksBetweenStops) {
    stops_.push_back({fmt::format("{}-S{:02}", id_, stops_.size() + 1),
                      static_cast<double>(corner) * kBlockMetres});
  }
  cruise_mps_ = random.Between(8, 13);
  run_seconds_ = static_cast<int>(std::ceil(Leg{kLegMetres, cruise_mps_}.seconds()));
}

// Straight on mostly; a turn left or right now and then, never back.
void Route::DrawPath(Random& random) {
  const int blocks = kBlocksBetweenStops * (8 + random.Below(12));
  int east = random.Below(2 * kCityBlocks) - kCityBlocks;
  int north = random.Below(2 * kCityBlocks) - kCityBlocks;
  int heading = random.Below(4);
  for (int i = 0; i <= blocks; ++i) {
    corners_.push_back({east * kBlockMetres, north * kBlockMetres});
    if (i % 4 == 3 && random.Below(3) == 0)
      heading = (heading + (random.Below(2) == 0 ? 1 : 3)) % 4;
    east += kStreets[static_cast<size_t>(heading)].east;
    north += kStreets[static_cast<size_t>(heading)].north;
  }
}

Point Route::PointAt(double at_m) const {
  const double blocks =
      std::clamp(at_m / kBlockMetres, 0.0, static_cast<double>(corners_.size() - 1));
  const size_t corner = std::min(static_cast<size_t>(blocks), corners_.size() - 2);
  const double part = blocks - static_cast<double>(corner);
  const Point& a = corners_[corner];
  const Point& b = corners_[corner + 1];
  return {a.east + part * (b.east - a.east), a.north + part * (b.north - a.north)};
}

double Route::BearingAt(double at_m) const {
  const double blocks =
      std::clamp(at_m / kBlockMetres, 0.0, static_cast<double>(corners_.size() - 1));
  const size_t corner = std::min(static_cast<size_t>(blocks), corners_.size() - 2);
  const double east = corners_[corner + 1].east - corners_[corner].east;
  const double north = corners_[corner + 1].north - corners_[corner].north;
  if (east != 0) return east > 0 ? 90 : 270;
  return north > 0 ? 0 : 180;
}

Motion Route::MotionAt(double part, double seconds) const {
  const Leg leg{kLegMetres, cruise_mps_};
  // A bus in traffic makes the same movement in more time.
  const double t = std::clamp(part, 0.0, 1.0) * leg.seconds();
  Motion motion;
  motion.metres = leg.MetresAt(t);
  motion.speed_mps = leg.SpeedAt(t) * std::min(leg.seconds() / seconds, 1.0);
  motion.arriving = leg.metres - motion.metres < kArrivingMetres;
  return motion;
}

}  // namespace sluice::gtfs
