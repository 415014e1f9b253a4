// SPDX-License-Identifier: Apache-2.0
//
// A data file that a version of the table has. Rows of it may be hidden by a
// deletion vector.
#pragma once

#include <cstdint>

#include "core/data_file.h"

namespace sluice::delta {

struct LiveFile : DataFile {
  int64_t deleted_rows = 0;  // counted in num_records
};

}  // namespace sluice::delta
