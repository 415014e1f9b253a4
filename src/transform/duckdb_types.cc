// SPDX-License-Identifier: Apache-2.0
#include "transform/duckdb_types.h"

#include <utility>
#include <vector>

namespace sluice::transform {

namespace {

duckdb_type ScalarId(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean: return DUCKDB_TYPE_BOOLEAN;
    case TypeKind::kByte: return DUCKDB_TYPE_TINYINT;
    case TypeKind::kShort: return DUCKDB_TYPE_SMALLINT;
    case TypeKind::kInt: return DUCKDB_TYPE_INTEGER;
    case TypeKind::kLong: return DUCKDB_TYPE_BIGINT;
    case TypeKind::kFloat: return DUCKDB_TYPE_FLOAT;
    case TypeKind::kDouble: return DUCKDB_TYPE_DOUBLE;
    case TypeKind::kBinary: return DUCKDB_TYPE_BLOB;
    case TypeKind::kDate: return DUCKDB_TYPE_DATE;
    case TypeKind::kTimestamp: return DUCKDB_TYPE_TIMESTAMP_TZ;
    case TypeKind::kTimestampNtz: return DUCKDB_TYPE_TIMESTAMP;
    default: return DUCKDB_TYPE_VARCHAR;
  }
}

OwnedType StructType(const std::vector<Field>& fields) {
  std::vector<OwnedType> owned;
  std::vector<duckdb_logical_type> types;
  std::vector<const char*> names;
  for (const Field& field : fields) {
    types.push_back(owned.emplace_back(ToDuckdbType(field.type)).get());
    names.push_back(field.name.c_str());
  }
  return OwnedType(duckdb_create_struct_type(types.data(), names.data(), types.size()));
}

ResultType Same(DataType type) { return {std::move(type), ""}; }
ResultType Widened(DataType type) {
  std::string name = DuckdbTypeName(type);
  return {std::move(type), std::move(name)};
}

// A nested type must be cast as a whole if one of its children must.
ResultType Nested(DataType type, bool cast) {
  return cast ? Widened(std::move(type)) : Same(std::move(type));
}

Result<ResultType> FromStruct(duckdb_logical_type type, const ResultTypeRules& rules) {
  std::vector<Field> fields;
  bool cast = false;
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
    const OwnedType child(duckdb_struct_type_child_type(type, i));
    SLUICE_ASSIGN_OR_RETURN(ResultType result, FromDuckdbType(child.get(), rules));
    cast |= !result.cast.empty();
    fields.push_back({TakeText(duckdb_struct_type_child_name(type, i)), result.type});
  }
  return Nested(DataType::Struct(std::move(fields)), cast);
}

Result<ResultType> FromList(const OwnedType& element, bool cast, const ResultTypeRules& rules) {
  SLUICE_ASSIGN_OR_RETURN(ResultType result, FromDuckdbType(element.get(), rules));
  return Nested(DataType::Array(result.type), cast || !result.cast.empty());
}

Result<ResultType> FromMap(duckdb_logical_type type, const ResultTypeRules& rules) {
  const OwnedType key(duckdb_map_type_key_type(type));
  const OwnedType value(duckdb_map_type_value_type(type));
  SLUICE_ASSIGN_OR_RETURN(ResultType key_result, FromDuckdbType(key.get(), rules));
  SLUICE_ASSIGN_OR_RETURN(ResultType value_result, FromDuckdbType(value.get(), rules));
  return Nested(DataType::Map(key_result.type, value_result.type),
                !key_result.cast.empty() || !value_result.cast.empty());
}

Status Refused(const std::string& name, const std::string& advice) {
  return Status::Exit("SQL_RESULT_TYPE",
                      "is " + name + ", which Spark and Delta do not have; " + advice);
}

Result<ResultType> FromUnusual(duckdb_type id) {
  const std::string cast = "CAST it, e.g. CAST(... AS STRING)";
  switch (id) {
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIME_NS:
    case DUCKDB_TYPE_TIME_TZ: return Refused("a TIME", cast);
    case DUCKDB_TYPE_INTERVAL:
      return Refused("an INTERVAL", cast + " or epoch(...) for its seconds");
    case DUCKDB_TYPE_BIT: return Refused("a BIT string", cast);
    case DUCKDB_TYPE_UNION: return Refused("a UNION", cast);
    case DUCKDB_TYPE_BIGNUM: return Refused("a BIGNUM", "CAST it, e.g. to DECIMAL(38,0)");
    default: return Refused("of DuckDB type number " + std::to_string(id), cast);
  }
}

}  // namespace

OwnedType ToDuckdbType(const DataType& type) {
  const std::vector<Field>& children = type.children();
  switch (type.kind()) {
    case TypeKind::kDecimal:
      return OwnedType(duckdb_create_decimal_type(static_cast<uint8_t>(type.precision()),
                                                  static_cast<uint8_t>(type.scale())));
    case TypeKind::kStruct: return StructType(children);
    case TypeKind::kArray:
      return OwnedType(duckdb_create_list_type(ToDuckdbType(children[0].type).get()));
    case TypeKind::kMap:
      return OwnedType(duckdb_create_map_type(ToDuckdbType(children[0].type).get(),
                                              ToDuckdbType(children[1].type).get()));
    default: return OwnedType(duckdb_create_logical_type(ScalarId(type.kind())));
  }
}

Result<ResultType> FromDuckdbType(duckdb_logical_type type, const ResultTypeRules& rules) {
  const duckdb_type id = duckdb_get_type_id(type);
  const TypeKind naive = rules.keep_ntz ? TypeKind::kTimestampNtz : TypeKind::kTimestamp;
  switch (id) {
    case DUCKDB_TYPE_BOOLEAN: return Same(DataType(TypeKind::kBoolean));
    case DUCKDB_TYPE_TINYINT: return Same(DataType(TypeKind::kByte));
    case DUCKDB_TYPE_SMALLINT: return Same(DataType(TypeKind::kShort));
    case DUCKDB_TYPE_INTEGER: return Same(DataType(TypeKind::kInt));
    case DUCKDB_TYPE_BIGINT: return Same(DataType(TypeKind::kLong));
    case DUCKDB_TYPE_UTINYINT: return Widened(DataType(TypeKind::kShort));
    case DUCKDB_TYPE_USMALLINT: return Widened(DataType(TypeKind::kInt));
    case DUCKDB_TYPE_UINTEGER: return Widened(DataType(TypeKind::kLong));
    case DUCKDB_TYPE_UBIGINT: return Widened(DataType::Decimal(20, 0));
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT: return Widened(DataType::Decimal(38, 0));
    case DUCKDB_TYPE_FLOAT: return Same(DataType(TypeKind::kFloat));
    case DUCKDB_TYPE_DOUBLE: return Same(DataType(TypeKind::kDouble));
    case DUCKDB_TYPE_DECIMAL:
      return Same(DataType::Decimal(duckdb_decimal_width(type), duckdb_decimal_scale(type)));
    case DUCKDB_TYPE_VARCHAR: return Same(DataType(TypeKind::kString));
    case DUCKDB_TYPE_ENUM:
    case DUCKDB_TYPE_UUID: return Widened(DataType(TypeKind::kString));
    case DUCKDB_TYPE_BLOB: return Same(DataType(TypeKind::kBinary));
    case DUCKDB_TYPE_DATE: return Same(DataType(TypeKind::kDate));
    case DUCKDB_TYPE_TIMESTAMP_TZ: return Same(DataType(TypeKind::kTimestamp));
    case DUCKDB_TYPE_TIMESTAMP:
      return rules.keep_ntz || rules.utc ? Same(DataType(naive)) : Widened(DataType(naive));
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS: return Widened(DataType(naive));
    case DUCKDB_TYPE_SQLNULL: return Widened(DataType(TypeKind::kString));
    case DUCKDB_TYPE_STRUCT: return FromStruct(type, rules);
    case DUCKDB_TYPE_LIST:
      return FromList(OwnedType(duckdb_list_type_child_type(type)), false, rules);
    case DUCKDB_TYPE_ARRAY:
      return FromList(OwnedType(duckdb_array_type_child_type(type)), true, rules);
    case DUCKDB_TYPE_MAP: return FromMap(type, rules);
    default: return FromUnusual(id);
  }
}

std::string DuckdbTypeName(const DataType& type) {
  const std::vector<Field>& children = type.children();
  switch (type.kind()) {
    case TypeKind::kBoolean: return "BOOLEAN";
    case TypeKind::kByte: return "TINYINT";
    case TypeKind::kShort: return "SMALLINT";
    case TypeKind::kInt: return "INTEGER";
    case TypeKind::kLong: return "BIGINT";
    case TypeKind::kFloat: return "FLOAT";
    case TypeKind::kDouble: return "DOUBLE";
    case TypeKind::kDecimal:
      return "DECIMAL(" + std::to_string(type.precision()) + "," + std::to_string(type.scale()) +
             ")";
    case TypeKind::kBinary: return "BLOB";
    case TypeKind::kDate: return "DATE";
    case TypeKind::kTimestamp: return "TIMESTAMP WITH TIME ZONE";
    case TypeKind::kTimestampNtz: return "TIMESTAMP";
    case TypeKind::kArray: return DuckdbTypeName(children[0].type) + "[]";
    case TypeKind::kMap:
      return "MAP(" + DuckdbTypeName(children[0].type) + ", " + DuckdbTypeName(children[1].type) +
             ")";
    case TypeKind::kStruct: {
      std::string text;
      for (const Field& field : children) {
        text += (text.empty() ? "" : ", ") + QuoteIdentifier(field.name) + " " +
                DuckdbTypeName(field.type);
      }
      return "STRUCT(" + text + ")";
    }
    default: return "VARCHAR";
  }
}

std::string QuoteIdentifier(const std::string& name) {
  std::string quoted = "\"";
  for (char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace sluice::transform
