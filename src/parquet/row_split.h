// SPDX-License-Identifier: Apache-2.0
//
// Which rows of a batch belong to which partition. Rows that follow each other with the same values
// stay together as one range, so a batch of one partition costs one comparison a row and no copy.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/columns.h"

namespace sluice::parquet {

// Rows [begin, end).
struct RowRange {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
  bool operator==(const RowRange&) const = default;
};

using RowRanges = std::vector<RowRange>;

int64_t CountRows(const RowRanges& ranges);

struct PartitionRows {
  RowRanges ranges;  // in order; none empty
  int64_t first_row() const { return ranges.front().begin; }
};

// Groups the rows of `columns` by the columns at `partition_columns`, in order of first appearance.
// Null and the empty string are one value, so are all NaNs.
std::vector<PartitionRows> SplitByPartition(const Columns& columns,
                                            const std::vector<int>& partition_columns);

}  // namespace sluice::parquet
