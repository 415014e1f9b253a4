// SPDX-License-Identifier: Apache-2.0
//
// What DuckDB says about the user's SQL, told so that the user finds the place.
//
//   SQL, line 2, column 8: there is no column "statsu"; nearest: "status"
//     SELECT statsu
//            ^
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data_type.h"

namespace sluice::transform {

// One error of DuckDB under errors_as_json.
struct EngineError {
  std::string type;     // "Binder", "Parser", "Conversion" ...
  std::string subtype;  // "COLUMN_NOT_FOUND", "MISSING_ENTRY" ... or empty
  std::string name;     // what was not found, or empty
  std::string message;
  std::optional<size_t> position;  // byte in the SQL
};

EngineError ParseEngineError(const char* text);

// "line 2, column 8" of a byte position; columns count characters.
std::string PlaceInSql(std::string_view sql, size_t position);

// `message` with the place before it, and the line with a caret below it.
std::string PointIntoSql(std::string_view sql, size_t position, const std::string& message);

// The place that a message of PointIntoSql() begins with; nothing for other messages.
struct SqlPlace {
  int line = 0;
  int column = 0;
};
std::optional<SqlPlace> PlaceOfMessage(const std::string& message);

// Up to three names of `names` that are nearest to `name`, best first; only such as are near at all.
std::vector<std::string> NearestNames(const std::string& name,
                                      const std::vector<std::string>& names);

// The whole text for a person: place, cause, nearest columns of `input`, a hint where one helps.
std::string DescribeEngineError(std::string_view sql, const EngineError& error,
                                const Schema& input);

}  // namespace sluice::transform
