// SPDX-License-Identifier: Apache-2.0
//
// Data types to and from the Arrow C schema.
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "core/data_type.h"

namespace sluice {

namespace {

struct OwnedSchema {
  std::string format;
  std::string name;
  std::vector<ArrowSchema> storage;
  std::vector<ArrowSchema*> children;
};

void ReleaseSchema(ArrowSchema* schema) {
  auto* owned = static_cast<OwnedSchema*>(schema->private_data);
  for (ArrowSchema* child : owned->children) {
    if (child->release) child->release(child);
  }
  delete owned;
  schema->release = nullptr;
}

std::string Format(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return "b";
    case TypeKind::kByte: return "c";
    case TypeKind::kShort: return "s";
    case TypeKind::kInt: return "i";
    case TypeKind::kLong: return "l";
    case TypeKind::kFloat: return "f";
    case TypeKind::kDouble: return "g";
    case TypeKind::kDecimal:
      return "d:" + std::to_string(type.precision()) + "," + std::to_string(type.scale());
    case TypeKind::kString: return "u";
    case TypeKind::kBinary: return "z";
    case TypeKind::kDate: return "tdD";
    case TypeKind::kTimestamp: return "tsu:UTC";
    case TypeKind::kTimestampNtz: return "tsu:";
    case TypeKind::kStruct: return "+s";
    case TypeKind::kArray: return "+l";
    case TypeKind::kMap: return "+m";
    case TypeKind::kVoid: return "n";
  }
  return "n";
}

void Export(const std::string& name, const std::string& format, bool nullable,
            const std::vector<Field>& children, ArrowSchema* out) {
  auto* owned = new OwnedSchema{format, name, std::vector<ArrowSchema>(children.size()), {}};
  for (size_t i = 0; i < children.size(); ++i) {
    ExportField(children[i], &owned->storage[i]);
    owned->children.push_back(&owned->storage[i]);
  }
  *out = ArrowSchema{};
  out->format = owned->format.c_str();
  out->name = owned->name.c_str();
  out->flags = nullable ? ARROW_FLAG_NULLABLE : 0;
  out->n_children = static_cast<int64_t>(owned->children.size());
  out->children = owned->children.data();
  out->release = ReleaseSchema;
  out->private_data = owned;
}

Result<DataType> ImportType(const ArrowSchema& schema);

Result<std::vector<Field>> ImportFields(const ArrowSchema& schema) {
  std::vector<Field> fields;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    const ArrowSchema& child = *schema.children[i];
    SLUICE_ASSIGN_OR_RETURN(DataType type, ImportType(child));
    fields.push_back(
        {child.name ? child.name : "", type, (child.flags & ARROW_FLAG_NULLABLE) != 0});
  }
  return fields;
}

Result<DataType> ImportDecimal(std::string_view format, const ArrowSchema& schema) {
  const std::string parameters(format.substr(2));
  char* rest = nullptr;
  const long precision = std::strtol(parameters.c_str(), &rest, 10);
  const long scale = *rest == ',' ? std::strtol(rest + 1, &rest, 10) : -1;
  if (*rest == '\0' && precision > 0 && precision <= 38 && scale >= 0) {
    return DataType::Decimal(static_cast<int>(precision), static_cast<int>(scale));
  }
  return Status::Stop("ARROW_TYPE", "column '" + std::string(schema.name ? schema.name : "") +
                                        "' is a decimal of the Arrow format '" +
                                        std::string(format) + "', which is not one of 128 bits");
}

Result<DataType> ImportNested(std::string_view format, const ArrowSchema& schema) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<Field> fields, ImportFields(schema));
  if (format == "+s") return DataType::Struct(std::move(fields));
  if (format == "+l") return DataType::Array(fields.at(0).type, fields[0].nullable);
  const std::vector<Field>& entry = fields.at(0).type.children();
  return DataType::Map(entry.at(0).type, entry.at(1).type, entry[1].nullable);
}

Result<DataType> ImportType(const ArrowSchema& schema) {
  const std::string_view format = schema.format;
  if (format == "b") return DataType(TypeKind::kBoolean);
  if (format == "c") return DataType(TypeKind::kByte);
  if (format == "s") return DataType(TypeKind::kShort);
  if (format == "i") return DataType(TypeKind::kInt);
  if (format == "l") return DataType(TypeKind::kLong);
  if (format == "f") return DataType(TypeKind::kFloat);
  if (format == "g") return DataType(TypeKind::kDouble);
  if (format == "u") return DataType(TypeKind::kString);
  if (format == "z") return DataType(TypeKind::kBinary);
  if (format == "tdD") return DataType(TypeKind::kDate);
  if (format == "tsu:") return DataType(TypeKind::kTimestampNtz);
  if (format.starts_with("tsu:")) return DataType(TypeKind::kTimestamp);
  if (format == "n") return DataType(TypeKind::kVoid);
  if (format.starts_with("d:")) return ImportDecimal(format, schema);
  if (format == "+s" || format == "+l" || format == "+m") return ImportNested(format, schema);
  return Status::Stop("ARROW_TYPE", "column '" + std::string(schema.name ? schema.name : "") +
                                        "' has the Arrow type '" + std::string(format) +
                                        "', which has no Spark type");
}

}  // namespace

void ExportField(const Field& field, ArrowSchema* out) {
  if (field.type.kind() == TypeKind::kMap) {
    const std::vector<Field> entries{
        {"entries", DataType::Struct(field.type.children()), /*nullable=*/false}};
    Export(field.name, "+m", field.nullable, entries, out);
    return;
  }
  Export(field.name, Format(field.type), field.nullable, field.type.children(), out);
}

void ExportSchema(const Schema& schema, ArrowSchema* out) {
  Export("", "+s", false, schema.fields, out);
}

Result<Schema> ImportSchema(const ArrowSchema& schema) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<Field> fields, ImportFields(schema));
  return Schema{std::move(fields)};
}

}  // namespace sluice
