// SPDX-License-Identifier: Apache-2.0
//
// The messages of proto/gtfs_realtime.proto as tables for the walk over a feed's bytes, made once from
// the descriptors that protoc generated.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gtfs/wire.h"

namespace sluice::gtfs {

enum class FieldType : uint8_t {
  kBool,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kFloat,
  kDouble,
  kEnum,
  kString,
  kMessage
};

struct MessageSchema;

struct EnumSchema {
  static constexpr int kMostNumbers = 32;
  std::array<std::string, kMostNumbers> names;  // by number, in quotes; empty: no such number
  // The name as JSON; null for a number that has none.
  const std::string* Find(int32_t number) const {
    if (number < 0 || number >= kMostNumbers) return nullptr;
    const std::string& name = names[static_cast<size_t>(number)];
    return name.empty() ? nullptr : &name;
  }
};

struct FieldSchema {
  uint32_t number = 0;
  FieldType type = FieldType::kBool;
  WireType wire_type = WireType::kVarint;
  bool repeated = false;  // strings and messages only
  bool required = false;
  std::string name;
  // `,"name":`, with bytes behind it so that a copy of fixed size may be made.
  static constexpr size_t kMostKeyBytes = 48;
  std::array<char, kMostKeyBytes> key{};
  size_t key_size = 0;
  const MessageSchema* message = nullptr;   // kMessage
  const EnumSchema* enumeration = nullptr;  // kEnum
};

struct MessageSchema {
  static constexpr uint32_t kMaxNumber = 31;

  std::string name;  // without the package: "TripUpdate.StopTimeUpdate"
  std::vector<FieldSchema> fields;
  std::array<const FieldSchema*, kMaxNumber + 1> by_number{};
  uint32_t required = 0;  // bit n: field number n

  // Null if the schema has no such field.
  const FieldSchema* Find(uint32_t number) const {
    return number <= kMaxNumber ? by_number[number] : nullptr;
  }
};

// Extensions live in these ranges; a number outside is one that a later schema, or a vendor, has taken.
constexpr bool IsExtension(uint32_t number) {
  return (number >= 1000 && number <= 1999) || (number >= 9000 && number <= 9999);
}

// Live as long as the program.
const MessageSchema& FeedMessageSchema();
const MessageSchema& FeedHeaderSchema();
const MessageSchema& FeedEntitySchema();

}  // namespace sluice::gtfs
