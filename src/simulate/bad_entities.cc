// SPDX-License-Identifier: Apache-2.0
#include "simulate/bad_entities.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <string_view>

#include "gtfs/wire.h"

namespace sluice::simulate {

namespace {

// Builds one message.
class Message {
 public:
  Message& Number(uint32_t field, uint64_t value) {
    gtfs::AppendVarint(uint64_t{field} << 3, &bytes_);
    gtfs::AppendVarint(value, &bytes_);
    return *this;
  }
  Message& Bytes(uint32_t field, std::string_view value) {
    gtfs::AppendBytesField(field, value, &bytes_);
    return *this;
  }
  Message& Sub(uint32_t field, const Message& message) { return Bytes(field, message.bytes_); }
  Message& Float(uint32_t field, float value) {
    gtfs::AppendVarint(uint64_t{field} << 3 | 5, &bytes_);
    const auto bits = std::bit_cast<uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>(bits >> shift & 0xff);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Field numbers of gtfs-realtime.proto.
constexpr uint32_t kFeedEntity = 2;
constexpr uint32_t kEntityId = 1;
constexpr uint32_t kEntityTripUpdate = 3;
constexpr uint32_t kEntityVehicle = 4;
constexpr uint32_t kEntityAlert = 5;
constexpr uint32_t kVehicleTrip = 1;
constexpr uint32_t kVehiclePosition = 2;
constexpr uint32_t kVehicleStopSequence = 3;
constexpr uint32_t kVehicleStatus = 4;
constexpr uint32_t kVehicleTimestamp = 5;
constexpr uint32_t kVehicleVehicle = 8;
constexpr uint32_t kAlertPeriod = 1;
constexpr uint32_t kAlertCause = 6;
constexpr uint32_t kAlertHeader = 10;

constexpr uint64_t kMax64 = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kMaxSigned64 = std::numeric_limits<int64_t>::max();

Message Place() { return Message().Float(1, 48.1F).Float(2, -1.7F); }

Message Vehicle(std::string_view id) {
  return Message().Sub(kVehiclePosition, Place()).Sub(kVehicleVehicle, Message().Bytes(1, id));
}

class Entities {
 public:
  void Add(const Message& entity) {
    gtfs::AppendBytesField(kFeedEntity, entity.bytes(), &made_.bytes);
    ++made_.count;
  }
  void AddVehicle(std::string_view id, const Message& vehicle) {
    Add(Message().Bytes(kEntityId, id).Sub(kEntityVehicle, vehicle));
  }
  void AddAlert(std::string_view id, const Message& alert) {
    Add(Message().Bytes(kEntityId, id).Sub(kEntityAlert, alert));
  }
  BadEntities Take() { return std::move(made_); }

 private:
  BadEntities made_;
};

void AddBadUtf8(Entities& entities) {
  entities.AddVehicle("caf\xe9-1", Vehicle("caf\xe9-1"));  // Latin-1
  entities.AddVehicle("bad-utf8-2",
                      Vehicle("bad-utf8-2").Sub(kVehicleTrip, Message().Bytes(1, "\x83o\x83X-2")));
}

void AddMissingRequired(Entities& entities) {
  entities.Add(Message().Sub(kEntityVehicle, Vehicle("no-entity-id")));
  entities.AddVehicle("no-longitude",
                      Message()
                          .Sub(kVehiclePosition, Message().Float(1, 48.1F))
                          .Sub(kVehicleVehicle, Message().Bytes(1, "no-longitude")));
  entities.AddAlert("no-text",
                    Message().Sub(kAlertHeader, Message().Sub(1, Message().Bytes(2, "en"))));
}

void AddUnknownEnums(Entities& entities) {
  entities.AddVehicle("unknown-status", Vehicle("unknown-status").Number(kVehicleStatus, 77));
  entities.AddAlert("unknown-cause", Message().Number(kAlertCause, 99));
}

void AddMaxima(Entities& entities) {
  entities.AddVehicle("max-vehicle",
                      Vehicle("max-vehicle")
                          .Number(kVehicleStopSequence, std::numeric_limits<uint32_t>::max())
                          .Number(kVehicleTimestamp, kMax64));
  entities.AddAlert(
      "max-alert",
      Message().Sub(kAlertPeriod, Message().Number(1, kMaxSigned64).Number(2, kMax64)));
  // trip (1) with its id; stop_time_update (2) with arrival (2): delay (1) and time (2).
  const Message arrival = Message().Number(1, 0x7fffffff).Number(2, kMaxSigned64);
  entities.Add(Message()
                   .Bytes(kEntityId, "max-trip")
                   .Sub(kEntityTripUpdate, Message()
                                               .Sub(1, Message().Bytes(1, "max-trip"))
                                               .Sub(2, Message().Number(1, 1).Sub(2, arrival))));
}

}  // namespace

BadEntities MakeBadEntities(FaultKind kind) {
  Entities entities;
  switch (kind) {
    case FaultKind::kBadUtf8: AddBadUtf8(entities); break;
    case FaultKind::kMissingRequired: AddMissingRequired(entities); break;
    case FaultKind::kUnknownEnum: AddUnknownEnums(entities); break;
    case FaultKind::kMaxima: AddMaxima(entities); break;
    case FaultKind::kWrongType:
      entities.AddVehicle("text-time", Vehicle("text-time").Bytes(kVehicleTimestamp, "yesterday"));
      break;
    case FaultKind::kMalformed:
      // A length that goes beyond the end.
      entities.Add(Message().Bytes(kEntityId, "malformed").Bytes(kEntityVehicle, "\x12\x7f\x0d"));
      break;
    default: break;
  }
  return entities.Take();
}

}  // namespace sluice::simulate
