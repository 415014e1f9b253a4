// SPDX-License-Identifier: Apache-2.0
//
// CASTs that mean something else in DuckDB than in Spark, replaced by Spark's.
#pragma once

#include "core/result.h"
#include "transform/duckdb_handles.h"

namespace sluice::transform {

// BINARY <-> STRING are the UTF-8 bytes (what is not UTF-8 becomes U+FFFD), not escapes; FLOAT, DOUBLE
// and DECIMAL to integers cut off the fraction, not round it; FLOAT and DOUBLE are printed as Java does
// (1.0E10); numbers to TIMESTAMP and back count seconds since 1970; STRING to integers reads digits
// alone, and without `ansi` cuts off a fraction behind them (integer_text.h).
Status RegisterSparkCasts(duckdb_connection connection, bool ansi);

}  // namespace sluice::transform
