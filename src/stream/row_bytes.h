// SPDX-License-Identifier: Apache-2.0
//
// What a row takes in memory before anybody has seen one.
#pragma once

#include <cstdint>
#include <vector>

#include "core/data_type.h"

namespace sluice::stream {

// Bytes of a row of these columns in Arrow's form, whatever its values are: fixed widths and offsets;
// texts, and elements of arrays and maps, come on top.
int64_t LeastRowBytes(const std::vector<Field>& fields);

}  // namespace sluice::stream
