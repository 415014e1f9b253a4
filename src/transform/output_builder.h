// SPDX-License-Identifier: Apache-2.0
//
// DuckDB's result chunks of 2048 rows into long Arrow arrays that keep the invariants of Columns:
// one copy, straight from DuckDB's vectors.
//
//   OutputBuilder builder(field.type);
//   while (chunk) builder.Append(vector, 0, rows);
//   ArrowArray array = builder.Finish();
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/data_type.h"
#include "transform/duckdb_handles.h"
#include "transform/growing_buffer.h"

namespace sluice::transform {

class OutputBuilder {
 public:
  explicit OutputBuilder(const DataType& type);

  // Appends rows [begin, begin + count) of a flat vector whose type is ToDuckdbType(type()). Rows whose
  // bit in `parent_valid` (null: all set) is 0 are NULL whatever the vector says.
  void Append(duckdb_vector vector, int64_t begin, int64_t count,
              const uint64_t* parent_valid = nullptr);

  // Appends rows [begin, begin + count) of an array that keeps the invariants of Columns.
  void AppendArrow(const ArrowArray& array, int64_t begin, int64_t count);

  const DataType& type() const { return type_; }
  int64_t length() const { return length_; }
  // Bytes in all buffers.
  size_t size_bytes() const;
  // False when 32-bit offsets could not reach the end of the data any more.
  bool fits() const;

  // The array, which owns its buffers. The builder is used up.
  ArrowArray Finish() &&;

 private:
  struct Rows;  // a range of rows of a vector, and which of them are valid

  void AppendValidity(const Rows& rows);
  void AppendFixed(const Rows& rows, size_t width);
  void AppendBooleans(const Rows& rows);
  template <typename T>
  void AppendDecimals(const Rows& rows);
  void AppendStrings(const Rows& rows);
  void AppendLists(const Rows& rows);
  void AppendStruct(const Rows& rows);
  void AppendArrowValidity(const ArrowArray& array, int64_t begin, int64_t count);
  void AppendArrowOffsets(const ArrowArray& array, int64_t begin, int64_t count);

  DataType type_;
  int64_t length_ = 0;
  int64_t null_count_ = 0;
  GrowingBitmap validity_;  // empty until the first NULL
  GrowingBuffer data_;
  GrowingBitmap bits_;  // BOOLEAN
  GrowingBuffer offsets_;
  int64_t last_offset_ = 0;
  std::vector<std::unique_ptr<OutputBuilder>> children_;

  // Of the finished array.
  const void* buffers_[3] = {};
  std::vector<ArrowArray> child_arrays_;
  std::vector<ArrowArray*> child_pointers_;

  static void Release(ArrowArray* array);
};

// A struct array without nulls that owns `columns`.
ArrowArray MakeRoot(std::vector<ArrowArray> columns, int64_t num_rows);

// The columns of one batch of `schema`.
class BatchBuilder {
 public:
  explicit BatchBuilder(std::shared_ptr<const Schema> schema);

  void Append(duckdb_data_chunk chunk);
  int64_t num_rows() const { return num_rows_; }
  size_t size_bytes() const;
  bool fits() const;
  // The struct array of all columns.
  ArrowArray Finish() &&;

 private:
  std::shared_ptr<const Schema> schema_;
  std::vector<std::unique_ptr<OutputBuilder>> columns_;
  int64_t num_rows_ = 0;
};

}  // namespace sluice::transform
