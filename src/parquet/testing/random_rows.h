// SPDX-License-Identifier: Apache-2.0
//
// Random rows of any schema, as the JSON texts that BuildColumns() reads: nulls, empty values, extremes
// and ordinary ones, the same for the same seed.
#pragma once

#include <cstdint>
#include <string>

#include "core/data_type.h"

namespace sluice::parquet {

std::string RandomRows(const Schema& schema, int count, uint64_t seed);

// Every type at the root, and nested in each other.
Schema EveryTypeSchema();

}  // namespace sluice::parquet
