// SPDX-License-Identifier: Apache-2.0
//
// SQL in, JSON lines out: what the tests of this folder say in one line.
#pragma once

#include <string>
#include <vector>

#include "core/columns.h"
#include "transform/transform.h"

namespace sluice::transform {

// The columns of `batch` that the transform reads, by name.
Columns PickUsed(Columns batch, const Transform& transform);

// One row a line.
std::string ToJsonLines(const std::vector<Columns>& batches);

// What breaks the invariants of columns.h in a batch, or nothing.
std::string BrokenInvariant(const Columns& columns);

// Makes the transform of `sql` for `batch`, runs it, and gives the rows; or "CODE: message".
std::string RunSql(const std::string& sql, Columns batch, int64_t batch_timestamp_ms = 0);
std::string RunWith(const TransformOptions& options, Columns batch, int64_t batch_timestamp_ms = 0);

}  // namespace sluice::transform
