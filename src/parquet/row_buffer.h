// SPDX-License-Identifier: Apache-2.0
//
// Rows gathered from several batches, copied column by column, until they make a row group. Texts of
// chosen columns are numbered on the way, which is cheaper here than in Arrow's writer.
//
//   RowBuffer rows(schema, {false, true});
//   rows.Append(views, {{0, 10}, {20, 30}});
//   Encode(rows.view());            // borrowed: valid until the next Append() or Clear()
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/arrow_c.h"
#include "core/data_type.h"
#include "parquet/row_split.h"
#include "parquet/text_dictionary.h"

namespace sluice::parquet {

// Rows of one column. Keeps the invariants of core/columns.h.
class GatheredColumn {
 public:
  virtual ~GatheredColumn() = default;
  virtual void Append(const ArrowArray& array, const RowRanges& ranges) = 0;
  virtual void Clear() = 0;  // keeps the capacity
  virtual size_t ByteSize() const = 0;
  // Whether offsets have room for `array`'s values in all.
  virtual bool Fits(const ArrowArray& array) const = 0;
  // Borrows the buffers; its release callback frees nothing.
  virtual ArrowArray& view() = 0;
  virtual bool overflowed() const { return false; }
};

// Bits that say which rows are not null.
class Validity {
 public:
  void Append(const ArrowArray& array, const RowRanges& ranges);
  void Clear();
  int64_t length() const { return length_; }
  int64_t null_count() const { return null_count_; }
  size_t ByteSize() const { return bits_.size(); }
  const void* buffer() const { return null_count_ > 0 ? bits_.data() : nullptr; }

 private:
  void AppendRange(const uint8_t* bits, RowRange rows);

  int64_t length_ = 0;
  int64_t null_count_ = 0;
  std::vector<uint8_t> bits_;  // empty until the first null
};

// A column of any type, as it is.
class PlainColumn : public GatheredColumn {
 public:
  explicit PlainColumn(const DataType& type);

  void Append(const ArrowArray& array, const RowRanges& ranges) override;
  void Clear() override;
  size_t ByteSize() const override;
  bool Fits(const ArrowArray& array) const override;
  ArrowArray& view() override;

 private:
  void AppendFixed(const ArrowArray& array, const RowRanges& ranges);
  void AppendVariable(const ArrowArray& array, const RowRanges& ranges);
  RowRanges AppendOffsets(const int32_t* offsets, const RowRanges& ranges);

  TypeKind kind_;
  size_t width_ = 0;  // bytes of a fixed-width value; 0: bits, bytes or nested
  Validity validity_;
  std::vector<int32_t> offsets_;
  std::vector<uint8_t> data_;
  std::vector<PlainColumn> children_;

  ArrowArray view_{};
  const void* buffers_[3] = {};
  std::vector<ArrowArray*> child_views_;
};

// A STRING column as numbers of its distinct texts: an Arrow dictionary array with 32-bit indices.
class DictionaryColumn : public GatheredColumn {
 public:
  void Append(const ArrowArray& array, const RowRanges& ranges) override;
  void Clear() override;
  size_t ByteSize() const override;
  bool Fits(const ArrowArray& array) const override;
  ArrowArray& view() override;
  bool overflowed() const override;

 private:
  Validity validity_;
  std::vector<int32_t> numbers_;
  TextDictionary texts_;

  ArrowArray view_{};
  const void* buffers_[2] = {};
  ArrowArray texts_view_{};
  const void* texts_buffers_[3] = {};
};

// Whole rows: the fields of a schema.
class RowBuffer {
 public:
  // numbered[i]: the i-th column, a STRING, is to be a dictionary.
  RowBuffer(const Schema& schema, const std::vector<bool>& numbered);

  // Appends rows of columns that are laid out by the schema; `columns` may be gone afterwards.
  void Append(const std::vector<const ArrowArray*>& columns, const RowRanges& ranges);
  bool Fits(const std::vector<const ArrowArray*>& columns) const;
  void Clear();
  int64_t num_rows() const { return num_rows_; }
  // Numbered columns that turn out not to repeat, or whose texts are too large for a dictionary page.
  std::vector<size_t> overflowed() const;
  size_t ByteSize() const;
  // The columns, borrowed: valid until the next Append() or Clear().
  std::vector<const ArrowArray*> view();

 private:
  int64_t num_rows_ = 0;
  std::vector<std::unique_ptr<GatheredColumn>> columns_;
};

}  // namespace sluice::parquet
