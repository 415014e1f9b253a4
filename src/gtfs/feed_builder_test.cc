// SPDX-License-Identifier: Apache-2.0
#include "gtfs/feed_builder.h"

#include <gtest/gtest.h>

#include "gtfs/testing/reference_json.h"

namespace sluice::gtfs {
namespace {

Feed Small() {
  Feed feed;
  feed.timestamp = 1700000000;
  VehiclePosition vehicle;
  vehicle.vehicle_id = "1";
  vehicle.label = "Bus \"1\"";
  vehicle.trip = {
      .trip_id = "T", .route_id = "R", .start_time = "07:30:00", .start_date = "20260131"};
  vehicle.latitude = 28.066221F;
  vehicle.longitude = -82;
  vehicle.bearing = 180;
  vehicle.speed = 0.1F;
  vehicle.current_stop_sequence = 3;
  vehicle.status = VehicleStatus::kIncomingAt;
  vehicle.stop_id = "S";
  vehicle.timestamp = 1699999999;
  feed.vehicles.push_back(vehicle);
  return feed;
}

TEST(FeedBuilder, AVehicle) {
  EXPECT_EQ(
      FeedJson(Small()),
      R"({"header":{"gtfs_realtime_version":"2.0","incrementality":"FULL_DATASET","timestamp":"1700000000"},)"
      R"("entity":[{"id":"1","vehicle":{"trip":{"trip_id":"T","start_time":"07:30:00","start_date":"20260131",)"
      R"("schedule_relationship":"SCHEDULED","route_id":"R","direction_id":0},)"
      R"("position":{"latitude":28.066221,"longitude":-82.0,"bearing":180.0,"speed":0.1},)"
      R"("current_stop_sequence":3,"current_status":"INCOMING_AT","timestamp":"1699999999","stop_id":"S",)"
      R"("vehicle":{"id":"1","label":"Bus \"1\""}}}]})");
}

TEST(FeedBuilder, ATripUpdateAndAnAlert) {
  Feed feed;
  TripUpdate update;
  update.trip.trip_id = "T";
  update.trip.relationship = TripRelationship::kCanceled;
  StopTimeUpdate& stop = update.stops.emplace_back();
  stop.stop_sequence = 1;
  stop.stop_id = "S";
  stop.arrival = StopTime{-60, 1700000000};
  update.timestamp = 5;
  update.delay = -60;
  feed.trip_updates.push_back(update);
  Alert alert;
  alert.id = "a";
  alert.active.push_back({.start = 1, .end = UINT64_MAX});
  alert.informed.push_back({.agency_id = "", .route_id = "R", .stop_id = ""});
  alert.header.push_back({"Diversion", "en"});
  feed.alerts.push_back(alert);
  const testing::Json json = testing::Json::parse(FeedJson(feed));
  EXPECT_EQ(json["entity"][0].dump(),
            R"({"id":"T","trip_update":{"delay":-60,"stop_time_update":[{"arrival":{"delay":-60,)"
            R"("time":"1700000000"},"stop_id":"S","stop_sequence":1}],"timestamp":"5",)"
            R"("trip":{"direction_id":0,"schedule_relationship":"CANCELED","trip_id":"T"}}})");
  EXPECT_EQ(
      json["entity"][1].dump(),
      R"({"alert":{"active_period":[{"end":"18446744073709551615","start":"1"}],"cause":"OTHER_CAUSE",)"
      R"("effect":"SIGNIFICANT_DELAYS","header_text":{"translation":[{"language":"en","text":"Diversion"}]},)"
      R"("informed_entity":[{"route_id":"R"}],"severity_level":"INFO"},"id":"a"})");
}

TEST(FeedBuilder, TheSameFeedGivesTheSameBytes) {
  EXPECT_EQ(FeedBytes(Small()), FeedBytes(Small()));
  transit_realtime::FeedMessage message;
  ASSERT_TRUE(message.ParseFromString(FeedBytes(Small())));  // with all required fields
  EXPECT_EQ(message.entity(0).vehicle().vehicle().label(), "Bus \"1\"");
}

}  // namespace
}  // namespace sluice::gtfs
