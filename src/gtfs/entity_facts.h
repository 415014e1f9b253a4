// SPDX-License-Identifier: Apache-2.0
//
// The few facts of an entity that name and date it, read from its bytes without rendering it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::gtfs {

enum class EntityKind { kTripUpdate, kVehicle, kAlert, kShape, kStop, kTripModifications, kNone };
inline constexpr int kEntityKinds = 7;
// "trip_update", "vehicle", ...: the entity's field; "none" for an entity without any.
const char* ToString(EntityKind kind);

// Views into the entity's bytes, as sent; empty where the field is unset or empty.
struct EntityFacts {
  EntityKind kind = EntityKind::kNone;  // the first, should there be several
  std::string_view id;
  bool is_deleted = false;
  // Of the trip update or the vehicle.
  bool has_trip = false;
  std::string_view trip_id;
  std::string_view vehicle_id;
  std::optional<uint64_t> timestamp;
  // Of the vehicle.
  bool has_position = false;
  float latitude = 0;
  float longitude = 0;
  int64_t stop_time_updates = 0;  // of the trip update
};

// Of an unreadable entity: what stands before the unreadable field.
EntityFacts FactsOf(std::string_view entity);

}  // namespace sluice::gtfs
