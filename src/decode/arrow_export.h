// SPDX-License-Identifier: Apache-2.0
//
// Owner of an Arrow array that was put together from malloc'd buffers.
#pragma once

#include <cstdint>
#include <vector>

#include "core/arrow_c.h"

namespace sluice::decode {

// What an array consists of. The buffers come from malloc (nullptr: none) and are freed by the array.
struct ArrayParts {
  int64_t length = 0;
  int64_t null_count = 0;
  std::vector<uint8_t*> buffers;
  std::vector<ArrowArray> children;

  // Puts all children under one struct child of `child_length` rows: a map's entries.
  void WrapChildrenAsStruct(int64_t child_length);
};

// Fills `out`, which the caller releases; `parts` is used up.
void ExportArray(ArrayParts parts, ArrowArray* out);

}  // namespace sluice::decode
