// SPDX-License-Identifier: Apache-2.0
//
// Scalar functions that the macros need and SQL cannot express, or not fast enough.
#pragma once

#include "core/result.h"
#include "transform/duckdb_handles.h"

namespace sluice::transform {

// Declares crc32_of(binary).
Status RegisterSparkFunctions(duckdb_connection connection);

// Declares, for a session in UTC and over text, instants, days and numbers of seconds:
//   instant_of(x) TIMESTAMP WITH TIME ZONE, naive_of(x) TIMESTAMP, day_of(x) DATE: NULL for what is none
//   checked_instant_of(x), checked_day_of(x): an error instead
// DuckDB's own conversions between its two kinds of timestamps look up a calendar for each row: 0.2 CPU
// seconds a million rows, where these take 0.005. In other zones macros over those stand for them.
Status RegisterUtcFunctions(duckdb_connection connection);

}  // namespace sluice::transform
