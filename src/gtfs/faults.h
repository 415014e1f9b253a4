// SPDX-License-Identifier: Apache-2.0
//
// What was wrong inside a feed, and what was done about it. One bad entity never loses the rest: it is
// left out, or goes out as well as it can, and is counted and named here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::gtfs {

enum class FaultKind {
  kMalformed,    // no Protobuf, or groups nested too deep: the entity is left out
  kTooLarge,     // alone larger than a message may be: the entity is left out
  kInvalidUtf8,  // each bad sequence became U+FFFD
  kUnknownEnum,  // a number that the schema does not name: the field is left out, as Python does
  kWrongType,    // a field with the wire type of another: the field is left out, as Python does
  kMissingRequired,  // goes out without the field, as in Python
};
inline constexpr int kFaultKinds = 6;

// Stable lower-case name for metrics and JSON: "malformed", "invalid_utf8", ...
const char* ToString(FaultKind kind);

enum class EntityResult {
  kGood,
  kRepaired,  // went out with faults
  kDropped
};

struct Fault {
  FaultKind kind;
  std::string entity;  // its id; "#12" (counted from 0) if it has none; empty: the feed's header
  std::string field;   // "vehicle.trip.trip_id"; empty: the entity as a whole
  std::string detail;  // "number 10", "at byte 712", ...
  // "entity 1001: vehicle.current_status: unknown_enum (number 10)"
  std::string ToString() const;
};

// A field that the schema does not name: an extension (1000-1999, 9000-9999), a vendor's own, or one of a
// later schema. No fault: JSON leaves it out as Python does, or holds its bytes (raw_extensions).
struct UnknownField {
  std::string_view message;  // its type: "TripUpdate"
  uint32_t number = 0;
  int64_t count = 0;
  std::string ToString() const;  // "TripUpdate.7"
};

// Adds up over the rendering of one feed. Counts are exact; of names only so many are kept.
struct Faults {
  static constexpr size_t kMostFaults = 20;
  static constexpr size_t kMostUnknownFields = 100;

  int64_t good = 0;  // entities by result
  int64_t repaired = 0;
  int64_t dropped = 0;
  std::array<int64_t, kFaultKinds> counts{};
  std::vector<Fault> first;
  std::vector<UnknownField> unknown_fields;

  int64_t count(FaultKind kind) const { return counts[static_cast<size_t>(kind)]; }
  int64_t total() const;
  void Add(EntityResult result);
  // Whether Add(Fault) would keep another one; saves the making of its texts.
  bool has_room() const { return first.size() < kMostFaults; }
  void Add(Fault fault);
  void Count(FaultKind kind) { ++counts[static_cast<size_t>(kind)]; }
  // `message` is a name of the schema and lives as long as the program.
  void AddUnknown(std::string_view message, uint32_t number);
};

}  // namespace sluice::gtfs
