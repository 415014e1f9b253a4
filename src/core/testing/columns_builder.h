// SPDX-License-Identifier: Apache-2.0
//
// Columns out of JSON text, for tests: the expected and the given can be read in the test itself.
//
//   Columns c = BuildColumns(Schema{{{"id", DataType(TypeKind::kLong)}}}, R"({"id": 1} {"id": null} {})");
#pragma once

#include <string_view>

#include "core/columns.h"

namespace sluice {

// One row for each JSON object in `rows` (white space between them); null and absent are NULL.
//   DECIMAL   "12.50" or an integer          BINARY     text: its bytes
//   DATE      "2024-01-31" or days           TIMESTAMP  "2024-01-31 10:20:30.123456" (UTC) or microseconds
//   FLOAT     a number, "NaN", "Infinity", "-Infinity"
//   MAP       an object, or pairs [[key, value], ...]
// Aborts with a message on text that does not fit: the test is wrong.
Columns BuildColumns(Schema schema, std::string_view rows);

}  // namespace sluice
