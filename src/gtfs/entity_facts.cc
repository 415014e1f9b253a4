// SPDX-License-Identifier: Apache-2.0
#include "gtfs/entity_facts.h"

#include <algorithm>
#include <bit>

#include "gtfs/wire.h"
#include "gtfs_realtime.pb.h"

namespace sluice::gtfs {

namespace {

namespace rt = transit_realtime;

// Calls take(field) for each field of a message.
template <typename Take>
void ForEachField(std::string_view bytes, Take take) {
  WireReader reader(bytes);
  for (WireField field; reader.Next(&field);) take(field);
}

bool IsBytes(const WireField& field, int number) {
  return field.type == WireType::kBytes && field.number == static_cast<uint32_t>(number);
}
bool IsVarint(const WireField& field, int number) {
  return field.type == WireType::kVarint && field.number == static_cast<uint32_t>(number);
}

void ReadTrip(std::string_view bytes, EntityFacts* facts) {
  facts->has_trip = true;
  ForEachField(bytes, [facts](const WireField& field) {
    if (IsBytes(field, rt::TripDescriptor::kTripIdFieldNumber)) facts->trip_id = field.bytes();
  });
}

void ReadVehicleId(std::string_view bytes, EntityFacts* facts) {
  ForEachField(bytes, [facts](const WireField& field) {
    if (IsBytes(field, rt::VehicleDescriptor::kIdFieldNumber)) facts->vehicle_id = field.bytes();
  });
}

void ReadPosition(std::string_view bytes, EntityFacts* facts) {
  facts->has_position = true;
  ForEachField(bytes, [facts](const WireField& field) {
    if (field.type != WireType::kFixed32) return;
    const auto value = std::bit_cast<float>(static_cast<uint32_t>(field.value));
    if (field.number == rt::Position::kLatitudeFieldNumber) facts->latitude = value;
    if (field.number == rt::Position::kLongitudeFieldNumber) facts->longitude = value;
  });
}

void ReadTripUpdate(std::string_view bytes, EntityFacts* facts) {
  ForEachField(bytes, [facts](const WireField& field) {
    if (IsBytes(field, rt::TripUpdate::kTripFieldNumber)) ReadTrip(field.bytes(), facts);
    if (IsBytes(field, rt::TripUpdate::kVehicleFieldNumber)) ReadVehicleId(field.bytes(), facts);
    if (IsBytes(field, rt::TripUpdate::kStopTimeUpdateFieldNumber)) ++facts->stop_time_updates;
    if (IsVarint(field, rt::TripUpdate::kTimestampFieldNumber)) facts->timestamp = field.value;
  });
}

void ReadVehicle(std::string_view bytes, EntityFacts* facts) {
  ForEachField(bytes, [facts](const WireField& field) {
    if (IsBytes(field, rt::VehiclePosition::kTripFieldNumber)) ReadTrip(field.bytes(), facts);
    if (IsBytes(field, rt::VehiclePosition::kVehicleFieldNumber))
      ReadVehicleId(field.bytes(), facts);
    if (IsBytes(field, rt::VehiclePosition::kPositionFieldNumber))
      ReadPosition(field.bytes(), facts);
    if (IsVarint(field, rt::VehiclePosition::kTimestampFieldNumber)) facts->timestamp = field.value;
  });
}

EntityKind KindOf(uint32_t number) {
  switch (number) {
    case rt::FeedEntity::kTripUpdateFieldNumber: return EntityKind::kTripUpdate;
    case rt::FeedEntity::kVehicleFieldNumber: return EntityKind::kVehicle;
    case rt::FeedEntity::kAlertFieldNumber: return EntityKind::kAlert;
    case rt::FeedEntity::kShapeFieldNumber: return EntityKind::kShape;
    case rt::FeedEntity::kStopFieldNumber: return EntityKind::kStop;
    case rt::FeedEntity::kTripModificationsFieldNumber: return EntityKind::kTripModifications;
    default: return EntityKind::kNone;
  }
}

}  // namespace

const char* ToString(EntityKind kind) {
  switch (kind) {
    case EntityKind::kTripUpdate: return "trip_update";
    case EntityKind::kVehicle: return "vehicle";
    case EntityKind::kAlert: return "alert";
    case EntityKind::kShape: return "shape";
    case EntityKind::kStop: return "stop";
    case EntityKind::kTripModifications: return "trip_modifications";
    case EntityKind::kNone: break;
  }
  return "none";
}

EntityFacts FactsOf(std::string_view entity) {
  EntityFacts facts;
  ForEachField(entity, [&facts](const WireField& field) {
    if (IsBytes(field, rt::FeedEntity::kIdFieldNumber)) facts.id = field.bytes();
    if (IsVarint(field, rt::FeedEntity::kIsDeletedFieldNumber)) facts.is_deleted = field.value != 0;
    if (field.type != WireType::kBytes) return;
    const EntityKind kind = KindOf(field.number);
    facts.kind = std::min(facts.kind, kind);
    if (kind == EntityKind::kTripUpdate) ReadTripUpdate(field.bytes(), &facts);
    if (kind == EntityKind::kVehicle) ReadVehicle(field.bytes(), &facts);
  });
  return facts;
}

}  // namespace sluice::gtfs
