// SPDX-License-Identifier: Apache-2.0
#include "gtfs/city.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "gtfs/feed_builder.h"

namespace sluice::gtfs {
namespace {

using Json = nlohmann::ordered_json;
constexpr int64_t kNewYear = 1767225600;       // 2026-01-01T00:00:00Z
constexpr int64_t kNow = kNewYear + 8 * 3600;  // in the rush hour
constexpr int64_t kNight = kNewYear + 2 * 3600;

std::map<std::string, VehiclePosition> ById(const Feed& feed) {
  std::map<std::string, VehiclePosition> found;
  for (const VehiclePosition& vehicle : feed.vehicles) found[vehicle.vehicle_id] = vehicle;
  return found;
}

std::string Everything(const City& city, int64_t at) {
  return FeedJson(city.VehiclesAt(at)) + FeedJson(city.TripUpdatesAt(at)) +
         FeedJson(city.AlertsAt(at));
}

TEST(City, TheSameSeedAndTimeGiveTheSameFeeds) {
  const CityOptions options{.seed = 7, .vehicles = 50};
  const City city(options);
  const std::string first = Everything(city, kNow);
  // Whatever else was asked for between.
  Everything(city, kNow + 86400);
  EXPECT_EQ(first, Everything(city, kNow));
  EXPECT_EQ(first, Everything(City(options), kNow));
  EXPECT_NE(first, Everything(City({.seed = 8, .vehicles = 50}), kNow));
}

// A change of these bytes is a change for everybody who compares runs by seed.
TEST(City, FirstVehicleOfSeedOneIsKnown) {
  const Feed feed = City({.seed = 1, .vehicles = 1}).VehiclesAt(kNow);
  EXPECT_EQ(
      Json::parse(FeedJson(feed))["entity"][0].dump(),
      R"({"id":"1001","vehicle":{"trip":{"trip_id":"R1-0-0742","start_time":"07:42:00","start_date":"20260101",)"
      R"("schedule_relationship":"SCHEDULED","route_id":"R1","direction_id":0},)"
      R"("position":{"latitude":48.070587,"longitude":-1.644645,"bearing":270.0,"speed":8.5},)"
      R"("current_stop_sequence":7,"current_status":"IN_TRANSIT_TO","timestamp":"1767254399","stop_id":"R1-S07",)"
      R"("vehicle":{"id":"1001","label":"Bus 1001"},"occupancy_status":"STANDING_ROOM_ONLY"}})");
}

TEST(City, VehiclesHaveIdsOfTheirOwnAndReportInThePast) {
  const Feed feed = City({.seed = 1, .vehicles = 100}).VehiclesAt(kNow);
  std::set<std::string> ids;
  int64_t oldest = 0;
  for (const VehiclePosition& vehicle : feed.vehicles) {
    EXPECT_TRUE(ids.insert(vehicle.vehicle_id).second);
    EXPECT_LE(vehicle.timestamp, feed.timestamp);
    EXPECT_GT(vehicle.timestamp, feed.timestamp - 20);
    oldest = std::max(oldest, feed.timestamp - vehicle.timestamp);
  }
  EXPECT_GE(ids.size(), 95u);  // one or another is broken down
  EXPECT_GT(oldest, 5);
}

TEST(City, VehiclesMoveNoFasterThanABus) {
  const City city({.seed = 3, .vehicles = 60});
  auto before = ById(city.VehiclesAt(kNow));
  bool moved = false;
  for (int64_t second = 1; second <= 1200; ++second) {
    auto after = ById(city.VehiclesAt(kNow + second));
    for (const auto& [id, b] : after) {
      const auto found = before.find(id);
      if (found == before.end()) continue;
      const VehiclePosition& a = found->second;
      const double north = (b.latitude - a.latitude) * 111320.0;
      const double east = (b.longitude - a.longitude) * 111320.0 * std::cos(48.1 * M_PI / 180);
      const double metres = std::hypot(north, east);
      // Floats of a longitude are good to about half a metre.
      EXPECT_LE(metres, 13.0 * static_cast<double>(b.timestamp - a.timestamp) + 2)
          << b.vehicle_id << " at +" << second;
      moved |= metres > 5;
    }
    before = std::move(after);
  }
  EXPECT_TRUE(moved);
}

TEST(City, ATripCallsAtItsStopsInOrder) {
  const City city({.seed = 2, .vehicles = 1});
  std::string trip;
  int sequence = 0;
  std::set<VehicleStatus> seen;
  for (int64_t second = 0; second < 7200; ++second) {
    const Feed feed = city.VehiclesAt(kNow + second);
    ASSERT_EQ(feed.vehicles.size(), 1u);
    const VehiclePosition& vehicle = feed.vehicles[0];
    if (vehicle.trip.trip_id == trip) {
      EXPECT_GE(vehicle.current_stop_sequence, sequence);
    }
    trip = vehicle.trip.trip_id;
    sequence = vehicle.current_stop_sequence;
    EXPECT_GE(sequence, 1);
    EXPECT_LE(sequence, static_cast<int>(city.lines()[0].route.stops().size()));
    if (vehicle.status == VehicleStatus::kStoppedAt) {
      EXPECT_EQ(vehicle.speed, 0);
    }
    seen.insert(vehicle.status);
  }
  EXPECT_EQ(seen.size(), 3u);
}

TEST(City, VehiclesGoHomeAtNightAndComeBack) {
  const City city({.seed = 1, .vehicles = 120});
  const auto count = [&](int hour, int minute) {
    return city.VehiclesAt(kNewYear + hour * 3600 + minute * 60).vehicles.size();
  };
  EXPECT_LE(count(2, 0), 10u);  // one a line
  EXPECT_EQ(count(4, 0), 0u);
  EXPECT_GE(count(5, 30), 20u);
  EXPECT_GE(count(8, 30), 115u);
  EXPECT_LE(count(12, 30), 70u);
  EXPECT_GE(count(17, 30), 115u);
  // The same vehicles as the day before.
  std::set<std::string> yesterday;
  std::set<std::string> today;
  for (const auto& [id, vehicle] : ById(city.VehiclesAt(kNow))) today.insert(id);
  for (const auto& [id, vehicle] : ById(city.VehiclesAt(kNow - 86400))) yesterday.insert(id);
  std::set<std::string> both = today;
  both.merge(yesterday);
  EXPECT_LE(both.size(), 120u);
}

TEST(City, ANightBusBelongsToTheServiceDayBefore) {
  const City city({.seed = 1, .vehicles = 120});
  int checked = 0;
  for (const VehiclePosition& vehicle : city.VehiclesAt(kNight).vehicles) {
    if (vehicle.trip.trip_id.empty()) continue;
    ++checked;
    EXPECT_EQ(vehicle.trip.start_date, "20251231");
    EXPECT_GE(vehicle.trip.start_time, "25:00:00");
  }
  EXPECT_GT(checked, 0);
}

TEST(City, AVehicleWithoutATripIsSeenBeforeItsFirstAndAfterItsLast) {
  const City city({.seed = 1, .vehicles = 120});
  int without = 0;
  int64_t stands = 0;
  for (int64_t minute = 0; minute < 120; ++minute) {
    for (const VehiclePosition& vehicle :
         city.VehiclesAt(kNewYear + 5 * 3600 + minute * 60).vehicles) {
      if (!vehicle.trip.trip_id.empty()) continue;
      ++without;
      stands += vehicle.status == VehicleStatus::kStoppedAt;
    }
  }
  EXPECT_GT(without, 50);
  EXPECT_EQ(stands, without);
}

TEST(City, ClocksOfTheCityDecideWhenItIsNight) {
  const City there({.seed = 1, .vehicles = 60, .utc_offset_seconds = 6 * 3600});
  EXPECT_GT(there.VehiclesAt(kNight).vehicles.size(), 50u);
  EXPECT_LE(City({.seed = 1, .vehicles = 60}).VehiclesAt(kNight).vehicles.size(), 5u);
}

TEST(City, FiftyThousandVehicles) {
  const City city({.seed = 1, .vehicles = 50000});
  EXPECT_GT(city.VehiclesAt(kNow).vehicles.size(), 49000u);
}

}  // namespace
}  // namespace sluice::gtfs
