// SPDX-License-Identifier: Apache-2.0
#include "gtfs/lateness.h"

#include <algorithm>
#include <array>
#include <vector>

#include "gtfs/random.h"

namespace sluice::gtfs {

namespace {

constexpr int kMaxDelay = 2400;
constexpr int kMinGap =
    30;  // between the delays of two buses at a stop, so that one leaves before the next is there
constexpr int kBoardingPercent = 7;  // seconds of dwell for 100 seconds of gap
constexpr int kMaxGap = 3600;        // a bus longer ago than this is no bus before
constexpr int kLongAgo = -100000;
constexpr int kDutiesABreakdown = 150;
constexpr int kServesBeforeFirst = 120;
constexpr int kTooLate = 1200;

// By hour of the service day, 4 to 28.
constexpr std::array<int, 28> kTraffic = {0,  0,  0,  0,  30, 40, 80,  190, 240, 140,
                                          80, 80, 90, 90, 80, 90, 180, 250, 210, 120,
                                          80, 70, 60, 50, 40, 30, 30,  30};

class DayRunner {
 public:
  explicit DayRunner(const RouteDay& day)
      : day_(day),
        trouble_(day.disruption.value_or(Disruption{})),
        vehicles_(day.timetable.trips().size()) {}

  // The next trip to set off of those that the timetable has set off until `until`; null: no more.
  const Journey* Next(int until);

 private:
  struct Vehicle {
    size_t next = 0;  // trip of the day
    int ready = 0;    // for it
    int to_run = 0;   // until it breaks down
    int to_skip = 0;  // since it is too late
  };
  struct Bus {  // the last to set off in one direction
    int start = kLongAgo;
    Journey::Delays departure{};
  };

  Vehicle* NextToLeave(int until);
  void Take(const ScheduledTrip& trip, Vehicle& vehicle);
  void Drive(Bus& before);
  // Seconds on a leg beyond those on an empty street.
  int Traffic(Random& random, int most, int leg, int at) const;
  // Delay of being at a stop when the bus before is gone; notes the gap.
  int Behind(const Bus& before, size_t stop, int delay);

  uint64_t TripSeed() const {
    return day_.seed ^ static_cast<uint64_t>(journey_.trip.vehicle) << 16 ^
           static_cast<uint64_t>(journey_.trip.number);
  }

  const RouteDay& day_;
  const Disruption trouble_;  // from 0 to 0 if there is none
  std::vector<Vehicle> vehicles_;
  std::array<Bus, 2> before_;
  Journey journey_;
};

DayRunner::Vehicle* DayRunner::NextToLeave(int until) {
  Vehicle* found = nullptr;
  int earliest = until + (1 << 20);
  for (size_t i = 0; i < vehicles_.size(); ++i) {
    const std::vector<ScheduledTrip>& trips = day_.timetable.trips()[i];
    Vehicle& vehicle = vehicles_[i];
    if (vehicle.next == trips.size() || trips[vehicle.next].start > until) continue;
    const ScheduledTrip& trip = trips[vehicle.next];
    const int leaves = trip.first_of_duty ? trip.start : std::max(trip.start, vehicle.ready);
    if (leaves >= earliest) continue;
    earliest = leaves;
    found = &vehicle;
  }
  return found;
}

void DayRunner::Take(const ScheduledTrip& trip, Vehicle& vehicle) {
  journey_.trip = trip;
  if (trip.first_of_duty) {
    Random random(TripSeed() ^ 0xb4eacULL << 32);
    vehicle.ready = trip.start - kPullOutSeconds;
    vehicle.to_skip = 0;
    vehicle.to_run = random.Below(kDutiesABreakdown) == 0 ? 1 + random.Below(8) : 1 << 20;
  }
  if (vehicle.to_skip == 0 && vehicle.ready - trip.start > kTooLate) vehicle.to_skip = 2;
  journey_.canceled = vehicle.to_run <= 0 || vehicle.to_skip > 0;
  if (vehicle.to_skip > 0) --vehicle.to_skip;
  --vehicle.to_run;
  journey_.ready = vehicle.ready;
  journey_.shown_from = std::max(journey_.ready, trip.start - kPullOutSeconds);
  journey_.serves_from = trip.first_of_duty ? trip.start - kServesBeforeFirst : journey_.shown_from;
}

int DayRunner::Traffic(Random& random, int most, int leg, int at) const {
  const uint64_t draw = random.Next();
  int seconds = static_cast<int>(draw & 0xff) * most >> 8;
  // Now and then a blocked lane or a row of red lights.
  if ((draw & 0x1ff00) == 0) seconds += 45 + static_cast<int>(draw >> 32 & 0x7f);
  if (at >= trouble_.begin && at < trouble_.end) {
    const int along = journey_.trip.backward ? day_.timetable.legs() - 1 - leg : leg;
    if (along >= trouble_.first_stop && along < trouble_.last_stop)
      seconds += trouble_.seconds_a_leg;
  }
  return seconds;
}

int DayRunner::Behind(const Bus& before, size_t stop, int delay) {
  const int gone = before.start + before.departure[stop] - journey_.trip.start;
  delay = std::max(delay, gone + kMinGap);
  const int gap = journey_.trip.headway == 0 ? 0 : delay - gone - journey_.trip.headway;
  journey_.gap[stop] = static_cast<int16_t>(std::min(gap, kMaxGap));
  return delay;
}

void DayRunner::Drive(Bus& before) {
  Random random(Random(TripSeed()).Next());
  const Timetable& timetable = day_.timetable;
  const int start = journey_.trip.start;
  const int legs = timetable.legs();
  const int most = 2 * Timetable::kSlackSeconds * TrafficPercent(start) / 100;
  int delay = Behind(before, 0, std::max(0, journey_.ready - start));
  journey_.departure[0] = static_cast<int16_t>(delay);
  for (int leg = 0; leg < legs; ++leg) {
    const auto stop = static_cast<size_t>(leg) + 1;
    const int left = journey_.departure[stop - 1];
    const int fastest = left - Timetable::kSlackSeconds;
    const int traffic = Traffic(random, most, leg, start + timetable.Departure(leg) + left);
    delay = Behind(before, stop, std::max(fastest, std::min(fastest + traffic, kMaxDelay)));
    journey_.arrival[stop] = static_cast<int16_t>(delay);
    const int boarding = std::clamp(journey_.gap[stop] * kBoardingPercent / 100, -10, 12);
    // Never before the timetable's time.
    journey_.departure[stop] =
        static_cast<int16_t>(std::clamp(delay + boarding, 0, kMaxDelay + 60));
  }
  const auto last = static_cast<size_t>(legs);
  journey_.departure[last] = journey_.arrival[last];  // makes room there for the next
  before = {start, journey_.departure};
}

const Journey* DayRunner::Next(int until) {
  Vehicle* vehicle = NextToLeave(until);
  if (vehicle == nullptr) return nullptr;
  const auto index = static_cast<size_t>(vehicle - vehicles_.data());
  Take(day_.timetable.trips()[index][vehicle->next++], *vehicle);
  if (journey_.canceled) return &journey_;
  Drive(before_[journey_.trip.backward ? 1 : 0]);
  vehicle->ready = journey_.end(day_.timetable) + kTurnSeconds;
  return &journey_;
}

}  // namespace

int TrafficPercent(int seconds_of_day) {
  const int hour = std::clamp(seconds_of_day / 3600, 0, static_cast<int>(kTraffic.size()) - 1);
  return kTraffic[static_cast<size_t>(hour)];
}

void RunDay(const RouteDay& day, int until, const std::function<void(const Journey&)>& visit) {
  DayRunner runner(day);
  while (const Journey* journey = runner.Next(until)) visit(*journey);
}

}  // namespace sluice::gtfs
