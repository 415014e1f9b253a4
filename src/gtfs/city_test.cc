// SPDX-License-Identifier: Apache-2.0
#include "gtfs/city.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "gtfs/feed_json.h"

namespace sluice::gtfs {
namespace {

using Json = nlohmann::ordered_json;
constexpr int64_t kNow = 1767225600 + 8 * 3600;  // 2026-01-01T08:00:00Z

TEST(City, TheSameSeedAndTimeGiveTheSameFeed) {
  const CityOptions options{.seed = 7, .vehicles = 50};
  EXPECT_EQ(FeedJson(City(options).At(kNow)), FeedJson(City(options).At(kNow)));
  EXPECT_NE(FeedJson(City(options).At(kNow)), FeedJson(City({.seed = 8, .vehicles = 50}).At(kNow)));
}

// A change of these bytes is a change for everybody who compares runs by seed.
TEST(City, FirstVehicleOfSeedOneIsKnown) {
  const Feed feed = City({.seed = 1, .vehicles = 1}).At(kNow);
  EXPECT_EQ(
      Json::parse(FeedJson(feed))["entity"][0].dump(),
      R"({"id":"1001","vehicle":{"trip":{"trip_id":"R1-1-0757","start_time":"07:57:00","start_date":"20260101",)"
      R"("schedule_relationship":"SCHEDULED","route_id":"R1","direction_id":1},)"
      R"("position":{"latitude":48.077774,"longitude":-1.6236746,"bearing":270.0,"speed":10.2},)"
      R"("current_stop_sequence":3,"current_status":"IN_TRANSIT_TO","timestamp":"1767254396","stop_id":"R1-S12",)"
      R"("vehicle":{"id":"1001","label":"Bus 1001"}}})");
}

TEST(City, VehiclesHaveIdsOfTheirOwnAndReportInThePast) {
  const Feed feed = City({.seed = 1, .vehicles = 100}).At(kNow);
  std::set<std::string> ids;
  for (const VehiclePosition& vehicle : feed.vehicles) {
    EXPECT_TRUE(ids.insert(vehicle.vehicle_id).second);
    EXPECT_LE(vehicle.timestamp, feed.timestamp);
    EXPECT_GT(vehicle.timestamp, feed.timestamp - 5);
  }
  EXPECT_EQ(ids.size(), 100u);
}

TEST(City, VehiclesMoveNoFasterThanABus) {
  const City city({.seed = 3, .vehicles = 60});
  Feed before = city.At(kNow);
  bool moved = false;
  for (int64_t second = 1; second <= 1200; ++second) {
    Feed after = city.At(kNow + second);
    for (size_t i = 0; i < after.vehicles.size(); ++i) {
      const VehiclePosition& a = before.vehicles[i];
      const VehiclePosition& b = after.vehicles[i];
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
    const VehiclePosition vehicle = city.At(kNow + second).vehicles[0];
    if (vehicle.trip_id == trip) {
      EXPECT_GE(vehicle.current_stop_sequence, sequence);
    }
    trip = vehicle.trip_id;
    sequence = vehicle.current_stop_sequence;
    EXPECT_GE(sequence, 1);
    EXPECT_LE(sequence, static_cast<int>(city.routes()[0].stops().size()));
    if (vehicle.status == VehicleStatus::kStoppedAt) {
      EXPECT_EQ(vehicle.speed, 0);
    }
    seen.insert(vehicle.status);
  }
  EXPECT_EQ(seen.size(), 3u);
}

TEST(FeedJson, HasProtobufsShape) {
  Feed feed;
  feed.timestamp = 1700000000;
  VehiclePosition v;
  v.vehicle_id = "1";
  v.label = "Bus \"1\"";
  v.trip_id = "T";
  v.route_id = "R";
  v.start_time = "07:30:00";
  v.start_date = "20260131";
  v.latitude = 28.066221F;
  v.longitude = -82;
  v.bearing = 180;
  v.speed = 0.1F;
  v.current_stop_sequence = 3;
  v.status = VehicleStatus::kIncomingAt;
  v.stop_id = "S";
  v.timestamp = 1699999999;
  feed.vehicles.push_back(v);
  EXPECT_EQ(
      FeedJson(feed),
      R"({"header":{"gtfs_realtime_version":"2.0","incrementality":"FULL_DATASET","timestamp":"1700000000"},)"
      R"("entity":[{"id":"1","vehicle":{"trip":{"trip_id":"T","start_time":"07:30:00","start_date":"20260131",)"
      R"("schedule_relationship":"SCHEDULED","route_id":"R","direction_id":0},)"
      R"("position":{"latitude":28.066221,"longitude":-82.0,"bearing":180.0,"speed":0.1},)"
      R"("current_stop_sequence":3,"current_status":"INCOMING_AT","timestamp":"1699999999","stop_id":"S",)"
      R"("vehicle":{"id":"1","label":"Bus \"1\""}}}]})");
}

TEST(FeedJson, ChunksHoldEveryVehicleOnceAndStaySmall) {
  const Feed feed = City({.seed = 1, .vehicles = 2501}).At(kNow);
  std::set<std::string> ids;
  const std::vector<std::string> chunks = FeedJsonChunks(feed, 1000);
  EXPECT_EQ(chunks.size(), 3u);
  for (const std::string& chunk : chunks) {
    EXPECT_LT(chunk.size(), 500000u);
    const Json message = Json::parse(chunk);
    EXPECT_EQ(message["header"]["timestamp"], std::to_string(kNow));
    for (const Json& entity : message["entity"]) EXPECT_TRUE(ids.insert(entity["id"]).second);
  }
  EXPECT_EQ(ids.size(), 2501u);
}

TEST(FeedJson, AnEmptyFeedHasNoEntityKey) {
  EXPECT_FALSE(Json::parse(FeedJson(Feed{})).contains("entity"));
  EXPECT_EQ(FeedJsonChunks(Feed{}, 10).size(), 1u);
}

}  // namespace
}  // namespace sluice::gtfs
