// SPDX-License-Identifier: Apache-2.0
//
// One column under construction, in Arrow's layout: written by the decoder value by value, cut back
// when a record turns out to be corrupt, repeated by explode, and handed out as an Arrow array.
//
// Nulls are kept as a list of row numbers; the validity bitmap is made at the end, and only if there is
// a null. Booleans are bytes until then. A null struct has null children in its row.
//
// One thread. Estimates from the last batch (Finish keeps them) size the next one's first allocation.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/arrow_c.h"
#include "core/data_type.h"
#include "decode/growable_buffer.h"

namespace sluice::decode {

class ColumnBuilder {
 public:
  explicit ColumnBuilder(const DataType& type);

  TypeKind kind() const { return kind_; }
  const DataType& type() const { return type_; }
  int64_t length() const { return length_; }
  ColumnBuilder& child(size_t i) { return children_[i]; }
  const ColumnBuilder& child(size_t i) const { return children_[i]; }
  size_t num_children() const { return children_.size(); }

  // Fixed-width kinds (BOOLEAN is one byte, DECIMAL sixteen).
  template <typename T>
  void Append(T value) {
    values_.Reserve(static_cast<size_t>(length_ + 1) * sizeof(T));
    std::memcpy(values_.data() + static_cast<size_t>(length_) * sizeof(T), &value, sizeof(T));
    ++length_;
  }

  void AppendNull();
  void AppendNulls(int64_t count);

  // STRING and BINARY. Room() gives at least `bytes` bytes to write to; CommitBytes() ends the value.
  // A value past 2 GiB of the column is dropped and the column overflows (see overflowed()).
  uint8_t* Room(size_t bytes) {
    values_.Reserve(bytes_ + bytes);
    return values_.data() + bytes_;
  }
  void CommitBytes(size_t bytes) {
    bytes_ += bytes;
    CloseRow(bytes_);
  }
  void AppendBytes(std::string_view bytes) {
    uint8_t* room = Room(bytes.size() + 1);
    if (!bytes.empty()) std::memcpy(room, bytes.data(), bytes.size());
    CommitBytes(bytes.size());
  }

  // ARRAY and MAP: ends the list that began after the last one; its elements are in the children.
  void CloseList() { CloseRow(static_cast<size_t>(children_[0].length_)); }
  // STRUCT: ends a row whose children are all there.
  void CloseStruct() { ++length_; }

  // Elements of list `row`, or bytes of string `row`.
  int32_t SizeAt(int64_t row) const { return offset(row + 1) - offset(row); }
  bool overflowed() const;
  // About what its rows take.
  size_t bytes() const { return BytesOf(0, length_); }

  // Cuts back to `length` rows.
  void Truncate(int64_t length);
  // Begins anew; keeps the room.
  void Clear();
  // Makes room for `rows` more rows, and for as many bytes and elements a row as the last batch had, but
  // no more than messages of `message_bytes` can hold: one huge value is no measure of small ones.
  void Reserve(int64_t rows, size_t message_bytes);

  // Row i of the result is counts[i] times row i of this: the parents' side of explode. `total`: the
  // sum of the counts. RepeatedBytes() has to be no more than INT32_MAX.
  ColumnBuilder Repeat(const int32_t* counts, int64_t total) const;
  // About what Repeat() would take, and no less than any offset in it.
  size_t RepeatedBytes(const int32_t* counts, int64_t total) const;

  // Moves everything out as an Arrow array and begins anew.
  void Finish(ArrowArray* out);
  // The same for the elements of an ARRAY: what explode makes of it.
  void FinishElements(ArrowArray* out);

 private:
  int32_t offset(int64_t row) const {
    return reinterpret_cast<const int32_t*>(offsets_.data())[row];
  }
  void CloseRow(size_t end) {
    offsets_.Reserve(static_cast<size_t>(length_ + 2) * sizeof(int32_t));
    overflow_ |= end > INT32_MAX;
    reinterpret_cast<int32_t*>(offsets_.data())[++length_] = static_cast<int32_t>(end);
  }
  bool has_offsets() const {
    return kind_ == TypeKind::kString || kind_ == TypeKind::kBinary || is_list();
  }
  bool is_list() const { return kind_ == TypeKind::kArray || kind_ == TypeKind::kMap; }
  void KeepEstimates();
  void RepeatFixed(const int32_t* counts, int64_t total, ColumnBuilder* out) const;
  void RepeatBytes(const int32_t* counts, ColumnBuilder* out) const;
  void RepeatLists(const int32_t* counts, ColumnBuilder* out) const;
  size_t RepeatedTextBytes(const int32_t* counts) const;
  size_t BytesOf(int64_t begin, int64_t end) const;
  void RepeatNulls(const int32_t* counts, ColumnBuilder* out) const;
  void AppendCopies(const ColumnBuilder& from, int64_t begin, int64_t end);
  bool IsNull(int64_t row) const;
  uint8_t* TakeValidity();
  uint8_t* TakeBits();

  DataType type_;
  TypeKind kind_;
  size_t width_;  // bytes a value; 0 where there is no fixed width
  int64_t length_ = 0;
  size_t bytes_ = 0;  // of STRING and BINARY
  bool overflow_ = false;
  GrowableBuffer values_;
  GrowableBuffer offsets_;
  std::vector<uint32_t> nulls_;          // rows, ascending
  std::vector<ColumnBuilder> children_;  // MAP: key, value
  double bytes_per_row_ = 0;             // of the last batch
  double elements_per_row_ = 0;
};

}  // namespace sluice::decode
