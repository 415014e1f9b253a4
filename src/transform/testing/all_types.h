// SPDX-License-Identifier: Apache-2.0
//
// Batches that hold every type, with NULLs at every level.
#pragma once

#include <cstdint>

#include "core/columns.h"

namespace sluice::transform {

Schema AllTypes();
// Four rows: all set, all NULL, all empty, half set.
Columns AllTypesSample();
// The same columns at random, `rows` of them; longer than DuckDB's vectors.
Columns AllTypesRandom(int64_t rows, uint32_t seed);

}  // namespace sluice::transform
