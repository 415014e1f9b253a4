// SPDX-License-Identifier: Apache-2.0
//
// The leaves of a schema, in schema order: the order of Parquet's columns.
#pragma once

#include <string>
#include <vector>

#include "core/columns.h"

namespace sluice::parquet {

struct LeafColumn {
  std::string path;  // Parquet's: "trip.id", "stops.list.element", "tags.key_value.key"
  DataType type;
  ColumnPath position;    // index of the top column, then of the child, and so on
  bool repeated = false;  // below an ARRAY or MAP
  // Another leaf has the same path: column "a.b" beside field b of column "a". Arrow's settings go by
  // paths, so none can be made for one of them alone.
  bool path_is_shared = false;
};

std::vector<LeafColumn> LeafColumns(const Schema& schema);

// The leaf's array, in columns laid out by the schema.
const ArrowArray& LeafArray(const std::vector<const ArrowArray*>& columns, const LeafColumn& leaf);

}  // namespace sluice::parquet
