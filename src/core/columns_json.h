// SPDX-License-Identifier: Apache-2.0
//
// Rows of Columns as text: JSON lines that lose nothing, and a table for people.
//
//   std::string line;
//   AppendRowJson(columns, 0, &line);   // {"id":9007199254740993,"at":"2024-03-10T02:30:00.000000Z"}
//
// JSON: all columns are there, NULL as null. 64-bit integers and decimals are exact numbers (a decimal
// with all digits of its scale), doubles the shortest number that reads back equal and always with a
// point or exponent, NaN and infinities "NaN", "Infinity", "-Infinity". TIMESTAMP is ISO-8601 in UTC
// with microseconds, TIMESTAMP_NTZ the same without Z, DATE "2024-03-10", BINARY base64, MAP an object
// with its entries in their order, duplicates kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/columns.h"

namespace sluice {

// Appends one row as a JSON object, without a newline.
void AppendRowJson(const Columns& columns, int64_t row, std::string* out);

// Appends the value at `row` of one column of that type.
void AppendValueJson(const DataType& type, const ArrowArray& array, int64_t row, std::string* out);

// The rows of `count` batches, which have the same columns, as a table with a heading of names and types
// (those of the first batch). A cell longer than `max_cell_width` characters is cut and ends in an
// ellipsis; text stands unquoted.
std::string FormatTable(const Columns* batches, size_t count, size_t max_cell_width);

}  // namespace sluice
