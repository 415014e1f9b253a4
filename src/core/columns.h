// SPDX-License-Identifier: Apache-2.0
//
// Columns: one batch of rows as typed columns, the value that travels from decode/ through
// transform/ to parquet/. It owns an Arrow C struct array and shares an immutable schema.
//
// Every producer in Sluice keeps these invariants, and every consumer may rely on them:
//   * offset is 0 in the root array and in its children at every level;
//   * null_count is exact (never -1); the validity buffer may be null when null_count is 0;
//   * a null struct has null children in its row, so that picking a nested field needs no mask;
//   * the root has no nulls; its length is the number of rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/arrow_c.h"
#include "core/data_type.h"

namespace sluice {

class Columns {
 public:
  Columns() = default;
  // Takes over `array` (its release callback moves here).
  Columns(std::shared_ptr<const Schema> schema, ArrowArray array)
      : schema_(std::move(schema)), array_(array) {}
  Columns(Columns&& other) noexcept;
  Columns& operator=(Columns&& other) noexcept;
  ~Columns() { Release(); }

  const Schema& schema() const { return *schema_; }
  const std::shared_ptr<const Schema>& shared_schema() const { return schema_; }
  int64_t num_rows() const { return array_.length; }
  size_t num_columns() const { return static_cast<size_t>(array_.n_children); }
  bool empty() const { return array_.length == 0; }
  const ArrowArray& array() const { return array_; }
  const ArrowArray& column(size_t i) const { return *array_.children[i]; }

  // Gives the array away; this becomes empty.
  ArrowArray Take();

  // Bytes in the buffers of all columns.
  size_t ByteSize() const;

 private:
  void Release();

  std::shared_ptr<const Schema> schema_;
  ArrowArray array_{};
};

// Position of a column: index at the root, then of the struct's field, and so on.
using ColumnPath = std::vector<int>;

// Columns whose i-th column is `base`'s column at paths[i], named and typed by schema->fields[i].
// No data is copied; `base` lives until the last of its columns is released.
Columns Project(Columns base, const std::vector<ColumnPath>& paths,
                std::shared_ptr<const Schema> schema);

}  // namespace sluice
