// SPDX-License-Identifier: Apache-2.0
#include "transform/output_names.h"

#include <map>
#include <string>

#include "core/ascii.h"

namespace sluice::transform {

namespace {

constexpr const char* kRefusedCharacters = " ,;{}()\n\t=";

std::string Position(size_t index) { return "result column " + std::to_string(index + 1); }

// Names of the type's fields at all levels.
Status CheckFieldNames(const Field& field, const std::string& column) {
  for (const Field& child : field.type.children()) {
    if (field.type.kind() == TypeKind::kStruct &&
        (child.name.empty() || child.name.find_first_of(kRefusedCharacters) != std::string::npos)) {
      return Status::Exit("SQL_COLUMN_NAME",
                          "SQL: " + column + " holds a field named \"" + child.name +
                              "\": Delta allows no empty name and none of \" ,;{}()\\n\\t=\"");
    }
    SLUICE_RETURN_IF_ERROR(CheckFieldNames(child, column));
  }
  return Status::Ok();
}

Status CheckName(const Field& field, size_t index) {
  if (!field.name.empty() && field.name.find_first_of(kRefusedCharacters) == std::string::npos) {
    return CheckFieldNames(field, Position(index) + ", \"" + field.name + "\",");
  }
  return Status::Exit("SQL_COLUMN_NAME",
                      "SQL: " + Position(index) + ", " + field.name +
                          ", needs a name: write ... AS name (Delta allows no empty name "
                          "and none of the characters \" ,;{}()\\n\\t=\" in one)");
}

}  // namespace

Status CheckInputNames(const Schema& input) {
  std::map<std::string, std::string> seen;
  for (const Field& field : input.fields) {
    const auto [first, added] = seen.emplace(ToLower(field.name), field.name);
    if (!added) {
      return Status::Exit("SQL_COLUMN_NAME",
                          "the columns \"" + first->second + "\" and \"" + field.name +
                              "\" of the input have the same name for SQL, which ignores case");
    }
  }
  return Status::Ok();
}

Status CheckOutputNames(const Schema& output) {
  std::map<std::string, size_t> seen;
  for (size_t i = 0; i < output.fields.size(); ++i) {
    SLUICE_RETURN_IF_ERROR(CheckName(output.fields[i], i));
    const auto [first, added] = seen.emplace(ToLower(output.fields[i].name), i);
    if (!added) {
      return Status::Exit("SQL_COLUMN_NAME", "SQL: " + Position(first->second) + " and " +
                                                 Position(i) + " are both named \"" +
                                                 output.fields[i].name +
                                                 "\" (case does not count): rename one with AS");
    }
  }
  return Status::Ok();
}

}  // namespace sluice::transform
