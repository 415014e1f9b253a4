// SPDX-License-Identifier: Apache-2.0
#include "parquet/testing/random_rows.h"

#include <nlohmann/json.hpp>
#include <random>
#include <vector>

namespace sluice::parquet {

namespace {

using Json = nlohmann::ordered_json;

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  Json Value(const DataType& type) {
    if (Below(6) == 0) return nullptr;
    switch (type.kind()) {
      case TypeKind::kBoolean: return Below(2) == 0;
      case TypeKind::kByte: return Integer(8);
      case TypeKind::kShort: return Integer(16);
      case TypeKind::kInt: return Integer(32);
      case TypeKind::kLong: return Integer(64);
      case TypeKind::kFloat: return Float(1e30);
      case TypeKind::kDouble: return Float(1e300);
      case TypeKind::kDecimal: return Decimal(type);
      case TypeKind::kString:
      case TypeKind::kBinary: return Text();
      case TypeKind::kDate: return Below(3'600'000) - 719'162;
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNtz: return Below(4'000'000'000'000'000) - 2'000'000'000'000'000;
      case TypeKind::kStruct: return Object(type.children());
      case TypeKind::kArray: return Array(type.children()[0].type);
      case TypeKind::kMap: return Map(type);
      case TypeKind::kVoid: return nullptr;
    }
    return nullptr;
  }

  Json Object(const std::vector<Field>& fields) {
    Json object = Json::object();
    for (const Field& field : fields) object[field.name] = Value(field.type);
    return object;
  }

 private:
  int64_t Below(int64_t bound) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(bound));
  }

  int64_t Integer(int bits) {
    const int64_t highest = static_cast<int64_t>((~0ULL) >> (65 - bits));
    switch (Below(8)) {
      case 0: return highest;
      case 1: return -highest - 1;
      default: return Below(200) - 100;
    }
  }

  Json Float(double extreme) {
    switch (Below(12)) {
      case 0: return extreme;
      case 1: return -extreme;
      case 2: return 0.0;
      case 3: return -0.0;
      default: return static_cast<double>(Below(4000) - 2000) / 8;
    }
  }

  Json Decimal(const DataType& type) {
    std::string digits(static_cast<size_t>(1 + Below(type.precision())), '0');
    for (char& digit : digits) digit = static_cast<char>('0' + Below(10));
    while (digits.size() <= static_cast<size_t>(type.scale())) digits.insert(digits.begin(), '0');
    if (type.scale() > 0) digits.insert(digits.end() - type.scale(), '.');
    if (Below(2) == 0) digits.insert(digits.begin(), '-');
    return digits;
  }

  Json Text() {
    static const std::vector<std::string> kPieces{"a",
                                                  "Z",
                                                  "0",
                                                  "~",
                                                  "\x7f",
                                                  "é",
                                                  "ü",
                                                  "\u4e16",
                                                  "\uffff",
                                                  "😀",
                                                  "\xf4\x8f\xbf\xbf",
                                                  "\"",
                                                  "\\",
                                                  "\n",
                                                  "shared prefix "};
    std::string text;
    const int64_t length = Below(4) == 0 ? Below(90) : Below(6);
    for (int64_t i = 0; i < length; ++i)
      text += kPieces[static_cast<size_t>(Below(std::ssize(kPieces)))];
    return text;
  }

  Json Array(const DataType& element) {
    Json array = Json::array();
    for (int64_t i = Below(4); i > 0; --i) array.push_back(Value(element));
    return array;
  }

  Json Map(const DataType& type) {
    Json pairs = Json::array();
    for (int64_t i = Below(4); i > 0; --i) {
      Json key = Value(type.children()[0].type);
      while (key.is_null()) key = Value(type.children()[0].type);
      pairs.push_back(Json::array({key, Value(type.children()[1].type)}));
    }
    return pairs;
  }

  std::mt19937_64 random_;
};

}  // namespace

std::string RandomRows(const Schema& schema, int count, uint64_t seed) {
  Generator generator(seed);
  std::string rows;
  for (int i = 0; i < count; ++i) rows += generator.Object(schema.fields).dump() + "\n";
  return rows;
}

Schema EveryTypeSchema() {
  const auto of = [](const char* name, TypeKind kind) { return Field{name, DataType(kind), true}; };
  const DataType inner = DataType::Struct({of("n", TypeKind::kInt), of("s", TypeKind::kString)});
  return {{of("bo", TypeKind::kBoolean),
           of("by", TypeKind::kByte),
           of("sh", TypeKind::kShort),
           of("i", TypeKind::kInt),
           of("l", TypeKind::kLong),
           of("f", TypeKind::kFloat),
           of("d", TypeKind::kDouble),
           {"d9", DataType::Decimal(9, 2)},
           {"d18", DataType::Decimal(18, 6)},
           {"d38", DataType::Decimal(38, 10)},
           of("s", TypeKind::kString),
           of("bi", TypeKind::kBinary),
           of("da", TypeKind::kDate),
           of("ts", TypeKind::kTimestamp),
           of("nt", TypeKind::kTimestampNtz),
           {"st", DataType::Struct({of("x", TypeKind::kLong), {"in", inner}})},
           {"ar", DataType::Array(DataType(TypeKind::kString))},
           {"as", DataType::Array(inner)},
           {"ma", DataType::Map(DataType(TypeKind::kString), DataType(TypeKind::kLong))},
           {"mm", DataType::Map(DataType(TypeKind::kInt), DataType::Array(inner))}}};
}

}  // namespace sluice::parquet
