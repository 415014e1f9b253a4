// SPDX-License-Identifier: Apache-2.0
//
// Arrow columns into DuckDB's vectors.
#pragma once

#include <cstdint>

#include "core/data_type.h"
#include "transform/column_use.h"
#include "transform/duckdb_handles.h"

namespace sluice::transform {

// Rows [begin, begin + count) of `array` become rows [0, count) of `out`, which has the type
// ToDuckdbType(type) and is fresh (all valid). Fixed-width values are copied; strings over 12 bytes
// stay where they are, so `array` must outlive whatever DuckDB makes of them. What `use` leaves out is NULL.
void FillVector(const DataType& type, const ArrowArray& array, int64_t begin, int64_t count,
                const ColumnUse& use, duckdb_vector out);

}  // namespace sluice::transform
