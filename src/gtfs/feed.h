// SPDX-License-Identifier: Apache-2.0
//
// A GTFS-Realtime feed as plain values, apart from any rendering (JSON, Protobuf). An empty text and
// an absent optional are fields that are not there.
//
// Source: gtfs-realtime.proto, messages FeedMessage, FeedHeader, VehiclePosition, TripUpdate, Alert.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::gtfs {

// Enumerations have the proto's numbers and a subset of its names.
enum class VehicleStatus { kIncomingAt = 0, kStoppedAt = 1, kInTransitTo = 2 };
enum class TripRelationship { kScheduled = 0, kCanceled = 3 };
enum class Occupancy {
  kEmpty = 0,
  kManySeats = 1,
  kFewSeats = 2,
  kStandingRoomOnly = 3,
  kCrushedStandingRoomOnly = 4,
  kFull = 5
};
enum class AlertCause {
  kOtherCause = 2,
  kTechnicalProblem = 3,
  kAccident = 6,
  kConstruction = 10,
  kPoliceActivity = 11
};
enum class AlertEffect { kReducedService = 2, kSignificantDelays = 3, kDetour = 4, kStopMoved = 9 };
enum class AlertSeverity { kInfo = 2, kWarning = 3, kSevere = 4 };

// TripDescriptor; without a trip_id there is no trip.
struct Trip {
  std::string trip_id;
  std::string route_id;
  int direction_id = 0;
  std::string start_time;  // "07:30:00" of the timetable; past midnight "24:10:00"
  std::string start_date;  // "20260131", of the service day
  TripRelationship relationship = TripRelationship::kScheduled;
};

struct VehiclePosition {  // its entity's id is vehicle_id
  std::string vehicle_id;
  std::string label;
  Trip trip;
  float latitude = 0;
  float longitude = 0;
  float bearing = 0;  // degrees, 0 = north
  float speed = 0;    // metres a second
  int current_stop_sequence = 0;
  VehicleStatus status = VehicleStatus::kInTransitTo;
  std::string stop_id;
  std::optional<Occupancy> occupancy;
  int64_t timestamp = 0;  // when the vehicle reported, seconds since 1970
};

struct StopTime {    // StopTimeEvent
  int delay = 0;     // seconds
  int64_t time = 0;  // seconds since 1970
};

struct StopTimeUpdate {
  int stop_sequence = 0;
  std::string stop_id;
  std::optional<StopTime> arrival;
  std::optional<StopTime> departure;
};

struct TripUpdate {  // its entity's id is trip.trip_id
  Trip trip;
  std::string vehicle_id;
  std::string label;
  std::vector<StopTimeUpdate> stops;
  int64_t timestamp = 0;
  std::optional<int> delay;  // seconds
};

struct Period {
  std::optional<uint64_t> start;
  std::optional<uint64_t> end;
};

struct InformedEntity {  // EntitySelector
  std::string agency_id;
  std::string route_id;
  std::string stop_id;
};

struct Translation {
  std::string text;
  std::string language;
};

struct Alert {
  std::string id;  // of its entity
  std::vector<Period> active;
  std::vector<InformedEntity> informed;
  AlertCause cause = AlertCause::kOtherCause;
  AlertEffect effect = AlertEffect::kSignificantDelays;
  AlertSeverity severity = AlertSeverity::kInfo;
  std::vector<Translation> header;
  std::vector<Translation> description;
};

struct Feed {
  int64_t timestamp = 0;  // of the header
  std::vector<VehiclePosition> vehicles;
  std::vector<TripUpdate> trip_updates;
  std::vector<Alert> alerts;
};

}  // namespace sluice::gtfs
