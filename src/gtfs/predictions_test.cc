// SPDX-License-Identifier: Apache-2.0
#include "gtfs/predictions.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "gtfs/city.h"

namespace sluice::gtfs {
namespace {

constexpr int64_t kNow = 1767225600 + 8 * 3600;

std::map<std::string, TripUpdate> ByTrip(const Feed& feed) {
  std::map<std::string, TripUpdate> found;
  for (const TripUpdate& update : feed.trip_updates) {
    EXPECT_TRUE(found.emplace(update.trip.trip_id, update).second) << update.trip.trip_id;
  }
  return found;
}

TEST(TripUpdates, AgreeWithWhereTheVehiclesAre) {
  const City city({.seed = 4, .vehicles = 60});
  int checked = 0;
  for (int64_t at = kNow; at < kNow + 3600; at += 97) {
    const auto updates = ByTrip(city.TripUpdatesAt(at));
    for (const VehiclePosition& vehicle : city.VehiclesAt(at).vehicles) {
      if (vehicle.trip.trip_id.empty()) continue;
      ++checked;
      const auto found = updates.find(vehicle.trip.trip_id);
      ASSERT_NE(found, updates.end()) << vehicle.trip.trip_id;
      const TripUpdate& update = found->second;
      EXPECT_EQ(update.vehicle_id, vehicle.vehicle_id);
      EXPECT_EQ(update.timestamp, vehicle.timestamp);
      EXPECT_EQ(update.trip.start_date, vehicle.trip.start_date);
      // The first stop told of is the one that it stands at or goes to.
      ASSERT_FALSE(update.stops.empty());
      EXPECT_EQ(update.stops[0].stop_sequence, vehicle.current_stop_sequence);
      EXPECT_EQ(update.stops[0].stop_id, vehicle.stop_id);
      if (!update.stops[0].arrival) continue;
      if (vehicle.status == VehicleStatus::kStoppedAt) {
        EXPECT_LE(update.stops[0].arrival->time, vehicle.timestamp);
      } else {
        EXPECT_GE(update.stops[0].arrival->time, vehicle.timestamp);
      }
    }
  }
  EXPECT_GT(checked, 1000);
}

TEST(TripUpdates, TimesRiseAndAreTheTimetablesAndTheDelay) {
  const City city({.seed = 4, .vehicles = 60});
  for (int64_t at = kNow; at < kNow + 1800; at += 311) {
    for (const auto& [trip, update] : ByTrip(city.TripUpdatesAt(at))) {
      if (update.trip.relationship == TripRelationship::kCanceled) continue;
      int64_t last = 0;
      for (const StopTimeUpdate& stop : update.stops) {
        for (const auto& time : {stop.arrival, stop.departure}) {
          if (!time) continue;
          EXPECT_GE(time->time, last);
          last = time->time;
        }
        if (stop.departure) {
          EXPECT_GE(stop.departure->delay, 0);
          EXPECT_GE(stop.departure->time, update.timestamp);
        }
      }
      const int legs = static_cast<int>(update.stops.size()) - 1;
      EXPECT_EQ(update.stops.back().stop_sequence, update.stops[0].stop_sequence + legs);
      EXPECT_FALSE(update.stops.back().departure);
    }
  }
}

// What was told of a stop when the bus stood there is what became of it.
TEST(TripUpdates, TellTheLatenessThatTheBusHas) {
  const City city({.seed = 4, .vehicles = 60});
  const Line& line = city.lines()[0];
  int late = 0;
  for (int64_t at = kNow; at < kNow + 3600; at += 61) {
    const Moment moment = MomentAt(at, 0);
    const auto updates = ByTrip(city.TripUpdatesAt(at));
    for (const Shown& shown : LineAt(line, moment, 0).shown) {
      if (!shown.serves(line.timetable)) continue;
      const Place place = PlaceOf(shown.journey, line.timetable, shown.at);
      const auto stop = static_cast<size_t>(place.stop);
      const TripUpdate& update =
          updates.at(DescribeTrip(line, shown.journey.trip, DateText(moment.day)).trip_id);
      if (place.standing && stop > 0) {
        EXPECT_EQ(update.stops[0].arrival->delay, shown.journey.arrival[stop]);
        EXPECT_EQ(update.delay, shown.journey.arrival[stop]);
      } else if (stop > 0) {
        EXPECT_GE(update.stops[0].arrival->delay, shown.journey.departure[stop - 1]);
      }
      late += *update.delay > 120;
    }
  }
  EXPECT_GT(late, 0);
}

// A bus that is later than its layover is long is expected late on its next trip, and by just that.
TEST(TripUpdates, LatenessIsCarriedToTheNextTrip) {
  const City city({.seed = 4, .vehicles = 600});
  int carried = 0;
  for (int64_t at = kNow; at < kNow + 3600; at += 300) {
    std::map<std::string, const TripUpdate*> under_way;
    const Feed feed = city.TripUpdatesAt(at);
    for (const TripUpdate& update : feed.trip_updates) {
      if (update.vehicle_id.empty() || update.stops.empty()) continue;
      const auto before = under_way.find(update.vehicle_id);
      if (before != under_way.end()) {
        const int64_t ready = before->second->stops.back().arrival->time + kTurnSeconds;
        const StopTime& leaves = *update.stops[0].departure;
        const int64_t timetable = leaves.time - leaves.delay;
        EXPECT_EQ(leaves.time, std::max(ready, timetable));
        carried += leaves.delay > 0;
      }
      under_way[update.vehicle_id] = &update;
    }
  }
  EXPECT_GT(carried, 20);
}

TEST(TripUpdates, CancelledTripsHaveNoStopsAndNoVehicle) {
  const City city({.seed = 1, .vehicles = 2400});
  int canceled = 0;
  for (const auto& [trip, update] : ByTrip(city.TripUpdatesAt(kNow))) {
    if (update.trip.relationship != TripRelationship::kCanceled) continue;
    ++canceled;
    EXPECT_TRUE(update.stops.empty());
    EXPECT_TRUE(update.vehicle_id.empty());
    EXPECT_FALSE(update.delay);
  }
  EXPECT_GT(canceled, 0);
}

TEST(Alerts, HavePeriodsThatTellWhenTheyHold) {
  const City city({.seed = 1, .vehicles = 2400});
  int announced = 0;
  int active = 0;
  std::set<AlertCause> causes;
  for (int hour = 5; hour < 24; ++hour) {
    const auto at = kNow - 8 * 3600 + hour * 3600;
    std::set<std::string> ids;
    for (const Alert& alert : city.AlertsAt(at).alerts) {
      EXPECT_TRUE(ids.insert(alert.id).second);
      ASSERT_EQ(alert.active.size(), 1u);
      ASSERT_FALSE(alert.informed.empty());
      if (alert.id == "A-NIGHT") {
        EXPECT_FALSE(alert.active[0].end);
        continue;
      }
      EXPECT_LT(*alert.active[0].start, *alert.active[0].end);
      EXPECT_GT(*alert.active[0].end, static_cast<uint64_t>(at));
      const bool begun = *alert.active[0].start <= static_cast<uint64_t>(at);
      (begun ? active : announced) += 1;
      if (!begun) {
        EXPECT_EQ(alert.cause, AlertCause::kConstruction);
      }
      causes.insert(alert.cause);
    }
    EXPECT_TRUE(ids.contains("A-NIGHT"));
  }
  EXPECT_GT(announced, 0);
  EXPECT_GT(active, 0);
  EXPECT_EQ(causes.size(), 4u);
}

}  // namespace
}  // namespace sluice::gtfs
