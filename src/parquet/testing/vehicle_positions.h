// SPDX-License-Identifier: Apache-2.0
//
// Rows like those of a vehicle position feed, for benchmarks and for tests that need many rows.
#pragma once

#include <cstdint>

#include "core/columns.h"

namespace sluice::parquet {

// 17 columns: ten texts that repeat by vehicle, four coordinates and motions, counters and times.
Schema VehiclePositionsSchema();

// Rows [first, first + count) of an endless feed of 2,000 vehicles; the same arguments, the same rows.
Columns VehiclePositions(int64_t first, int64_t count);

}  // namespace sluice::parquet
