// SPDX-License-Identifier: Apache-2.0
#include "delta/schema_json.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

namespace sluice::delta {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::pair<const char*, TypeKind> kPlainTypes[] = {
    {"boolean", TypeKind::kBoolean},
    {"byte", TypeKind::kByte},
    {"short", TypeKind::kShort},
    {"integer", TypeKind::kInt},
    {"long", TypeKind::kLong},
    {"float", TypeKind::kFloat},
    {"double", TypeKind::kDouble},
    {"string", TypeKind::kString},
    {"binary", TypeKind::kBinary},
    {"date", TypeKind::kDate},
    {"timestamp", TypeKind::kTimestamp},
    {"timestamp_ntz", TypeKind::kTimestampNtz},
    {"void", TypeKind::kVoid}};

// Thrown inside this file only, for a type that Sluice does not have.
struct UnknownType {
  std::string column;
  std::string type;
};

DataType ParseType(const Json& json, const std::string& column);

DataType ParsePlainType(const std::string& name, const std::string& column) {
  for (const auto& [text, kind] : kPlainTypes) {
    if (name == text) return DataType(kind);
  }
  int precision = 10;
  int scale = 0;
  if (name == "decimal" || std::sscanf(name.c_str(), "decimal(%d,%d)", &precision, &scale) == 2) {
    return DataType::Decimal(precision, scale);
  }
  throw UnknownType{column, name};
}

std::vector<Field> ParseFields(const Json& json, const std::string& parent) {
  std::vector<Field> fields;
  for (const Json& field : json.at("fields")) {
    auto name = field.at("name").get<std::string>();
    DataType type = ParseType(field.at("type"), parent.empty() ? name : parent + "." + name);
    fields.push_back({std::move(name), std::move(type), field.value("nullable", true)});
  }
  return fields;
}

DataType ParseType(const Json& json, const std::string& column) {
  if (json.is_string()) return ParsePlainType(json.get<std::string>(), column);
  const auto kind = json.at("type").get<std::string>();
  if (kind == "struct") return DataType::Struct(ParseFields(json, column));
  if (kind == "array") {
    return DataType::Array(ParseType(json.at("elementType"), column + ".element"),
                           json.value("containsNull", true));
  }
  if (kind == "map") {
    return DataType::Map(ParseType(json.at("keyType"), column + ".key"),
                         ParseType(json.at("valueType"), column + ".value"),
                         json.value("valueContainsNull", true));
  }
  throw UnknownType{column, kind};
}

Json TypeToJson(const DataType& type, bool all_nullable);

Json FieldToJson(const Field& field, bool all_nullable) {
  return {{"name", field.name},
          {"type", TypeToJson(field.type, all_nullable)},
          {"nullable", all_nullable || field.nullable},
          {"metadata", Json::object()}};
}

Json FieldsToJson(const std::vector<Field>& fields, bool all_nullable) {
  Json list = Json::array();
  for (const Field& field : fields) list.push_back(FieldToJson(field, all_nullable));
  return {{"type", "struct"}, {"fields", std::move(list)}};
}

Json TypeToJson(const DataType& type, bool all_nullable) {
  const auto& children = type.children();
  switch (type.kind()) {
    case TypeKind::kStruct: return FieldsToJson(children, all_nullable);
    case TypeKind::kArray:
      return {{"type", "array"},
              {"elementType", TypeToJson(children[0].type, all_nullable)},
              {"containsNull", all_nullable || children[0].nullable}};
    case TypeKind::kMap:
      return {{"type", "map"},
              {"keyType", TypeToJson(children[0].type, all_nullable)},
              {"valueType", TypeToJson(children[1].type, all_nullable)},
              {"valueContainsNull", all_nullable || children[1].nullable}};
    case TypeKind::kDecimal:
      return "decimal(" + std::to_string(type.precision()) + "," + std::to_string(type.scale()) +
             ")";
    default: break;
  }
  for (const auto& [text, kind] : kPlainTypes) {
    if (kind == type.kind()) return text;
  }
  return "void";
}

void AddFieldRules(const Json& field, const std::string& column, std::vector<std::string>* rules) {
  if (!field.value("nullable", true)) rules->push_back("column `" + column + "` is NOT NULL");
  const auto metadata = field.find("metadata");
  if (metadata == field.end() || !metadata->is_object()) return;
  for (const auto& [key, value] : metadata->items()) {
    if (key == "delta.invariants") rules->push_back("column `" + column + "` has an invariant");
    if (key == "delta.generationExpression")
      rules->push_back("column `" + column + "` is a generated column");
    if (key == "delta.identity.start")
      rules->push_back("column `" + column + "` is an identity column");
    if (key == "CURRENT_DEFAULT") rules->push_back("column `" + column + "` has a default value");
    if (key == "__CHAR_VARCHAR_TYPE_STRING") {
      rules->push_back("column `" + column + "` has a limited length (" + value.dump() + ")");
    }
  }
}

void AddRules(const Json& type, const std::string& parent, std::vector<std::string>* rules) {
  if (!type.is_object()) return;
  for (const char* child : {"elementType", "keyType", "valueType"}) {
    if (type.contains(child)) AddRules(type.at(child), parent, rules);
  }
  if (!type.contains("fields")) return;
  for (const Json& field : type.at("fields")) {
    const auto name = field.at("name").get<std::string>();
    const std::string column = parent.empty() ? name : parent + "." + name;
    AddFieldRules(field, column, rules);
    AddRules(field.at("type"), column, rules);
  }
}

bool Contains(const std::vector<Field>& fields, TypeKind kind) {
  for (const Field& field : fields) {
    if (field.type.kind() == kind || Contains(field.type.children(), kind)) return true;
  }
  return false;
}

}  // namespace

Result<Schema> ParseSchemaJson(const std::string& json) {
  try {
    return Schema{ParseFields(Json::parse(json), "")};
  } catch (const UnknownType& unknown) {
    return Status::Stop("UNSUPPORTED_FEATURE", "column `" + unknown.column + "` has the type " +
                                                   unknown.type + ", which Sluice does not have");
  } catch (const nlohmann::json::exception& error) {
    return Status::Stop(
        "TABLE_LOG.UNREADABLE",
        std::string("the schema in the table's metaData is broken: ") + error.what());
  }
}

std::string ToSchemaJson(const Schema& schema, bool all_nullable) {
  return FieldsToJson(schema.fields, all_nullable).dump();
}

std::string ToNullableFieldJson(const Field& field) { return FieldToJson(field, true).dump(); }

std::vector<std::string> ListColumnRules(const std::string& json) {
  std::vector<std::string> rules;
  try {
    AddRules(Json::parse(json), "", &rules);
  } catch (const nlohmann::json::exception&) {
    rules.assign(1, "its schema cannot be read");
  }
  return rules;
}

bool Contains(const Schema& schema, TypeKind kind) { return Contains(schema.fields, kind); }

}  // namespace sluice::delta
