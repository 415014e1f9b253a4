// SPDX-License-Identifier: Apache-2.0
//
// Spark's data types, as the decoder, the SQL engine, the Parquet writer and the Delta log agree on
// them, and the Arrow type that each has in memory:
//
//   BOOLEAN b | TINYINT c | SMALLINT s | INT i | BIGINT l | FLOAT f | DOUBLE g | STRING u | BINARY z
//   DECIMAL(p,s) d:p,s (16 bytes) | DATE tdD | TIMESTAMP tsu:UTC | TIMESTAMP_NTZ tsu:
//   STRUCT +s | ARRAY +l (child "element") | MAP +m (child "entries" of "key", "value") | VOID n
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/arrow_c.h"
#include "core/result.h"

namespace sluice {

enum class TypeKind {
  kBoolean,
  kByte,
  kShort,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kString,
  kBinary,
  kDate,
  kTimestamp,
  kTimestampNtz,
  kStruct,
  kArray,
  kMap,
  kVoid
};

struct Field;

// A type; a value, cheap to copy (children are shared and immutable).
class DataType {
 public:
  DataType() = default;  // VOID
  explicit DataType(TypeKind kind) : kind_(kind) {}
  static DataType Decimal(int precision, int scale);
  static DataType Struct(std::vector<Field> fields);
  static DataType Array(DataType element, bool contains_null = true);
  static DataType Map(DataType key, DataType value, bool value_contains_null = true);

  TypeKind kind() const { return kind_; }
  int precision() const { return precision_; }  // DECIMAL only
  int scale() const { return scale_; }
  // STRUCT: its fields. ARRAY: one, "element". MAP: two, "key" and "value". Else none.
  const std::vector<Field>& children() const;
  bool is_nested() const {
    return kind_ == TypeKind::kStruct || kind_ == TypeKind::kArray || kind_ == TypeKind::kMap;
  }
  bool operator==(const DataType& other) const;  // names and nullability included

  // Spark DDL, upper case: "STRUCT<id: STRING, at: TIMESTAMP>", "DECIMAL(10,2)", "ARRAY<INT>".
  std::string ToDdl() const;

 private:
  TypeKind kind_ = TypeKind::kVoid;
  int precision_ = 0;
  int scale_ = 0;
  std::shared_ptr<const std::vector<Field>> children_;
};

struct Field {
  std::string name;
  DataType type;
  bool nullable = true;
  bool operator==(const Field&) const = default;
};

struct Schema {
  std::vector<Field> fields;
  bool operator==(const Schema&) const = default;
  // Index of the field of that name: exact match first, then ignoring ASCII case; -1 if none.
  int Find(std::string_view name) const;
  // "id BIGINT, name STRING".
  std::string ToDdl() const;
};

// Fills `out` (which the caller releases) with the Arrow C schema of a struct with these fields.
void ExportSchema(const Schema& schema, ArrowSchema* out);
void ExportField(const Field& field, ArrowSchema* out);

// Reads an Arrow C schema of a struct. Unsigned 8/16/32-bit integers, large strings, other time
// units and dictionary types are refused with the column's name: nothing in Sluice makes them.
Result<Schema> ImportSchema(const ArrowSchema& schema);

}  // namespace sluice
