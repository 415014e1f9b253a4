// SPDX-License-Identifier: Apache-2.0
//
// Reads Parquet data files back as columns, for `sluice table show` and for tests.
#pragma once

#include <string>
#include <vector>

#include "core/columns.h"
#include "core/result.h"

namespace sluice::parquet {

// The first `max_rows` rows of a file, or all when negative.
Result<std::vector<Columns>> ReadFile(const std::string& path, int64_t max_rows);

}  // namespace sluice::parquet
