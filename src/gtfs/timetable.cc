// SPDX-License-Identifier: Apache-2.0
#include "gtfs/timetable.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice::gtfs {

namespace {

constexpr int kLayoverSeconds = 240;
constexpr int kMaxHeadway = 3600;

struct Duty {
  int begin;
  int end;  // the last trip arrives before it
};

constexpr int At(int hour, int minute) { return hour * 3600 + minute * 60; }

// What vehicle number n of a route works: its first all day and half the night, one in four all day,
// one in four from dawn to evening, half of them in the rush hours alone.
std::vector<Duty> DutiesOf(int vehicle) {
  if (vehicle == 0) return {{At(4, 45), At(27, 15)}};
  switch (vehicle % 4) {
    case 0: return {{At(5, 0), At(24, 45)}};
    case 2: return {{At(5, 45), At(21, 0)}};
    case 1: return {{At(6, 15), At(10, 15)}, {At(15, 0), At(19, 45)}};
    default: return {{At(6, 30), At(9, 45)}, {At(15, 30), At(19, 15)}};
  }
}

}  // namespace

Timetable::Timetable(const Route& route, int vehicles)
    : legs_(route.legs()), leg_seconds_(route.run_seconds() + kSlackSeconds) {
  // Between two departures of one bus, there and back; whole minutes, as timetables have them.
  const int period = (trip_seconds() + kLayoverSeconds + 59) / 60 * 60;
  for (int vehicle = 0; vehicle < vehicles; ++vehicle) {
    std::vector<ScheduledTrip>& trips = trips_.emplace_back();
    const int offset = 2 * period * vehicle / vehicles / 60 * 60;
    for (const Duty& duty : DutiesOf(vehicle)) {
      int turn = std::max(0, (duty.begin - offset + period - 1) / period);
      bool first = true;
      for (; offset + turn * period + trip_seconds() <= duty.end; ++turn) {
        ScheduledTrip trip;
        trip.start = offset + turn * period;
        trip.vehicle = static_cast<int16_t>(vehicle);
        trip.number = static_cast<int16_t>(trips.size());
        trip.backward = turn % 2 != 0;
        trip.first_of_duty = std::exchange(first, false);
        trips.push_back(trip);
      }
    }
  }
  SetHeadways();
}

void Timetable::SetHeadways() {
  std::vector<ScheduledTrip*> by_start;
  for (auto& trips : trips_) {
    for (ScheduledTrip& trip : trips) by_start.push_back(&trip);
  }
  std::sort(by_start.begin(), by_start.end(), [](const ScheduledTrip* a, const ScheduledTrip* b) {
    return a->start != b->start ? a->start < b->start : a->vehicle < b->vehicle;
  });
  int last[2] = {-kMaxHeadway, -kMaxHeadway};
  for (ScheduledTrip* trip : by_start) {
    int& before = last[trip->backward ? 1 : 0];
    if (trip->start - before < kMaxHeadway)
      trip->headway = static_cast<int16_t>(trip->start - before);
    before = trip->start;
  }
}

}  // namespace sluice::gtfs
