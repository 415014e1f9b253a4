// SPDX-License-Identifier: Apache-2.0
//
// Statistics of one data file in the form that Delta's log keeps them.
//
//   {"numRecords":2,"minValues":{"id":1,"trip":{"day":"2026-01-31"}},"maxValues":{..},"nullCount":{..}}
//
// Sources: Delta PROTOCOL.md "Per-file Statistics"; StatisticsCollection.scala of Delta 2.4 and 3.3.
// Where readers could disagree a bound is left out: that is always safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data_type.h"

namespace sluice::parquet {

// A column as Delta counts them: a leaf of structs; an ARRAY or MAP is one column.
struct ColumnStats {
  std::optional<std::string> min_json;  // JSON texts: 5, "abc", 1.50
  std::optional<std::string> max_json;
  std::optional<int64_t> null_count;  // none: no statistics are wanted, it appears nowhere
};

// `columns`: all of the schema, in its order.
std::string DeltaStatsJson(const Schema& schema, const std::vector<ColumnStats>& columns,
                           int64_t num_records);

// Bounds of a string column, at most 32 code points long, and for the greatest value one more that
// makes the text no less than any value with that beginning. None if the text is not UTF-8, or if it
// can only be bounded by more than 64.
std::optional<std::string> LowerBound(std::string_view text);
std::optional<std::string> UpperBound(std::string_view text);

// `text`, which must be UTF-8, as a JSON string with its quotes.
std::string JsonString(std::string_view text);

}  // namespace sluice::parquet
