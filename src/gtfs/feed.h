// SPDX-License-Identifier: Apache-2.0
//
// A GTFS-Realtime feed of vehicle positions as plain values, apart from any rendering (JSON, Protobuf).
//
// Source: gtfs-realtime.proto, messages FeedMessage, FeedHeader, VehiclePosition.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::gtfs {

enum class VehicleStatus {
  kIncomingAt = 0,
  kStoppedAt = 1,
  kInTransitTo = 2
};  // the proto's numbers

struct VehiclePosition {
  std::string vehicle_id;
  std::string label;
  std::string trip_id;
  std::string route_id;
  int direction_id = 0;
  std::string start_time;  // "07:30:00", of the timetable
  std::string start_date;  // "20260131"
  float latitude = 0;
  float longitude = 0;
  float bearing = 0;  // degrees, 0 = north
  float speed = 0;    // metres a second
  int current_stop_sequence = 0;
  VehicleStatus status = VehicleStatus::kInTransitTo;
  std::string stop_id;
  int64_t timestamp = 0;  // when the vehicle reported, seconds since 1970
};

struct Feed {
  int64_t timestamp = 0;  // of the header
  std::vector<VehiclePosition> vehicles;
};

}  // namespace sluice::gtfs
