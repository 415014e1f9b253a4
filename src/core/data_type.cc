// SPDX-License-Identifier: Apache-2.0
#include "core/data_type.h"

#include <algorithm>
#include <cctype>

#include "core/ascii.h"

namespace sluice {

namespace {

const std::vector<Field>& NoFields() {
  static const std::vector<Field> kNone;
  return kNone;
}

const char* PlainName(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean: return "BOOLEAN";
    case TypeKind::kByte: return "TINYINT";
    case TypeKind::kShort: return "SMALLINT";
    case TypeKind::kInt: return "INT";
    case TypeKind::kLong: return "BIGINT";
    case TypeKind::kFloat: return "FLOAT";
    case TypeKind::kDouble: return "DOUBLE";
    case TypeKind::kString: return "STRING";
    case TypeKind::kBinary: return "BINARY";
    case TypeKind::kDate: return "DATE";
    case TypeKind::kTimestamp: return "TIMESTAMP";
    case TypeKind::kTimestampNtz: return "TIMESTAMP_NTZ";
    default: return "VOID";
  }
}

bool IsPlainName(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) return false;
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

std::string Quoted(std::string_view name) {
  if (IsPlainName(name)) return std::string(name);
  std::string quoted = "`";
  for (char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted + "`";
}

}  // namespace

DataType DataType::Decimal(int precision, int scale) {
  DataType type(TypeKind::kDecimal);
  type.precision_ = precision;
  type.scale_ = scale;
  return type;
}

DataType DataType::Struct(std::vector<Field> fields) {
  DataType type(TypeKind::kStruct);
  type.children_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

DataType DataType::Array(DataType element, bool contains_null) {
  DataType type(TypeKind::kArray);
  type.children_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"element", std::move(element), contains_null}});
  return type;
}

DataType DataType::Map(DataType key, DataType value, bool value_contains_null) {
  DataType type(TypeKind::kMap);
  type.children_ = std::make_shared<const std::vector<Field>>(std::vector<Field>{
      {"key", std::move(key), false}, {"value", std::move(value), value_contains_null}});
  return type;
}

const std::vector<Field>& DataType::children() const { return children_ ? *children_ : NoFields(); }

bool DataType::operator==(const DataType& other) const {
  return kind_ == other.kind_ && precision_ == other.precision_ && scale_ == other.scale_ &&
         children() == other.children();
}

std::string DataType::ToDdl() const {
  switch (kind_) {
    case TypeKind::kDecimal:
      return "DECIMAL(" + std::to_string(precision_) + "," + std::to_string(scale_) + ")";
    case TypeKind::kArray: return "ARRAY<" + children()[0].type.ToDdl() + ">";
    case TypeKind::kMap:
      return "MAP<" + children()[0].type.ToDdl() + ", " + children()[1].type.ToDdl() + ">";
    case TypeKind::kStruct: {
      std::string ddl = "STRUCT<";
      for (const Field& field : children()) {
        if (&field != &children().front()) ddl += ", ";
        ddl += Quoted(field.name) + ": " + field.type.ToDdl() + (field.nullable ? "" : " NOT NULL");
      }
      return ddl + ">";
    }
    default: return PlainName(kind_);
  }
}

int Schema::Find(std::string_view name) const {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return static_cast<int>(i);
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    if (EqualIgnoringCase(fields[i].name, name)) return static_cast<int>(i);
  }
  return -1;
}

std::string Schema::ToDdl() const {
  std::string ddl;
  for (const Field& field : fields) {
    if (!ddl.empty()) ddl += ", ";
    ddl += Quoted(field.name) + " " + field.type.ToDdl() + (field.nullable ? "" : " NOT NULL");
  }
  return ddl;
}

}  // namespace sluice
