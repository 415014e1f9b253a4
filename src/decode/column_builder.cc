// SPDX-License-Identifier: Apache-2.0
#include "decode/column_builder.h"

#include <algorithm>
#include <cstdlib>

#include "decode/arrow_export.h"

namespace sluice::decode {

namespace {

size_t WidthOf(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean:
    case TypeKind::kByte: return 1;
    case TypeKind::kShort: return 2;
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate: return 4;
    case TypeKind::kLong:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return 8;
    case TypeKind::kDecimal: return 16;
    default: return 0;
  }
}

template <typename T>
void Spread(const uint8_t* from, const int32_t* counts, int64_t rows, uint8_t* to) {
  const T* source = reinterpret_cast<const T*>(from);
  T* target = reinterpret_cast<T*>(to);
  for (int64_t row = 0; row < rows; ++row) {
    target = std::fill_n(target, counts[row], source[row]);
  }
}

}  // namespace

ColumnBuilder::ColumnBuilder(const DataType& type)
    : type_(type), kind_(type.kind()), width_(WidthOf(type.kind())) {
  children_.reserve(type.children().size());
  for (const Field& field : type.children()) children_.emplace_back(field.type);
  Clear();
}

void ColumnBuilder::Clear() {
  length_ = 0;
  bytes_ = 0;
  overflow_ = false;
  nulls_.clear();
  for (ColumnBuilder& child : children_) child.Clear();
  if (!has_offsets()) return;
  offsets_.Reserve(sizeof(int32_t));
  const int32_t zero = 0;
  std::memcpy(offsets_.data(), &zero, sizeof zero);
}

void ColumnBuilder::AppendNull() {
  if (kind_ != TypeKind::kVoid) nulls_.push_back(static_cast<uint32_t>(length_));
  if (kind_ == TypeKind::kStruct) {
    for (ColumnBuilder& child : children_) child.AppendNull();
    ++length_;
  } else if (has_offsets()) {
    CloseRow(is_list() ? static_cast<size_t>(children_[0].length_) : bytes_);
  } else if (width_ == 0) {
    ++length_;  // VOID
  } else {
    values_.Reserve(static_cast<size_t>(length_ + 1) * width_);
    std::memset(values_.data() + static_cast<size_t>(length_) * width_, 0, width_);
    ++length_;
  }
}

void ColumnBuilder::AppendNulls(int64_t count) {
  for (int64_t i = 0; i < count; ++i) AppendNull();
}

bool ColumnBuilder::overflowed() const {
  return overflow_ || std::any_of(children_.begin(), children_.end(),
                                  [](const ColumnBuilder& c) { return c.overflowed(); });
}

void ColumnBuilder::Truncate(int64_t length) {
  // A row that was begun may have left values in the children only.
  length_ = std::min(length_, length);
  while (!nulls_.empty() && nulls_.back() >= length) nulls_.pop_back();
  int64_t child_length = length;
  if (has_offsets()) bytes_ = static_cast<size_t>(offset(length_));
  if (is_list()) child_length = offset(length_);
  for (ColumnBuilder& child : children_) child.Truncate(child_length);
}

void ColumnBuilder::Reserve(int64_t rows, size_t message_bytes) {
  const auto total = static_cast<size_t>(length_ + rows);
  const auto expected = [&](double per_row) {
    return std::min(static_cast<double>(rows) * per_row * 1.05, static_cast<double>(message_bytes));
  };
  if (width_ != 0) values_.Hint(total * width_);
  if (has_offsets()) offsets_.Hint((total + 1) * sizeof(int32_t));
  if (has_offsets() && !is_list()) {
    values_.Hint(bytes_ + static_cast<size_t>(expected(bytes_per_row_)));
  }
  const int64_t child_rows = is_list() ? static_cast<int64_t>(expected(elements_per_row_)) : rows;
  for (ColumnBuilder& child : children_) child.Reserve(child_rows, message_bytes);
}

ColumnBuilder ColumnBuilder::Repeat(const int32_t* counts, int64_t total) const {
  ColumnBuilder out(type_);
  if (kind_ == TypeKind::kStruct) {
    for (size_t i = 0; i < children_.size(); ++i) {
      out.children_[i] = children_[i].Repeat(counts, total);
    }
  } else if (is_list()) {
    RepeatLists(counts, &out);
  } else if (has_offsets()) {
    RepeatBytes(counts, &out);
  } else {
    RepeatFixed(counts, total, &out);
  }
  out.length_ = total;
  RepeatNulls(counts, &out);
  return out;
}

void ColumnBuilder::RepeatFixed(const int32_t* counts, int64_t total, ColumnBuilder* out) const {
  out->values_.Reserve(static_cast<size_t>(total) * width_);
  uint8_t* to = out->values_.data();
  switch (width_) {
    case 1: return Spread<uint8_t>(values_.data(), counts, length_, to);
    case 2: return Spread<uint16_t>(values_.data(), counts, length_, to);
    case 4: return Spread<uint32_t>(values_.data(), counts, length_, to);
    case 8: return Spread<uint64_t>(values_.data(), counts, length_, to);
    case 16: return Spread<unsigned __int128>(values_.data(), counts, length_, to);
    default: return;
  }
}

void ColumnBuilder::RepeatBytes(const int32_t* counts, ColumnBuilder* out) const {
  out->values_.Reserve(RepeatedTextBytes(counts) + 1);  // AppendBytes wants a byte more
  for (int64_t row = 0; row < length_; ++row) {
    const std::string_view value(reinterpret_cast<const char*>(values_.data()) + offset(row),
                                 static_cast<size_t>(SizeAt(row)));
    for (int32_t n = 0; n < counts[row]; ++n) out->AppendBytes(value);
  }
}

void ColumnBuilder::RepeatLists(const int32_t* counts, ColumnBuilder* out) const {
  for (int64_t row = 0; row < length_; ++row) {
    for (int32_t n = 0; n < counts[row]; ++n) {
      for (size_t c = 0; c < children_.size(); ++c) {
        out->children_[c].AppendCopies(children_[c], offset(row), offset(row + 1));
      }
      out->CloseList();
    }
  }
}

// A text or a list beside the exploded one is copied for each of its elements, so small messages can
// ask for far more than they hold.
size_t ColumnBuilder::RepeatedBytes(const int32_t* counts, int64_t total) const {
  if (is_list()) {
    size_t bytes = 0;
    for (int64_t row = 0; row < length_; ++row) {
      if (counts[row] > 0) bytes += BytesOf(row, row + 1) * static_cast<size_t>(counts[row]);
    }
    return bytes;
  }
  if (has_offsets()) {
    return static_cast<size_t>(total) * sizeof(int32_t) + RepeatedTextBytes(counts);
  }
  size_t bytes = static_cast<size_t>(total) * width_;
  for (const ColumnBuilder& child : children_) bytes += child.RepeatedBytes(counts, total);
  return bytes;
}

size_t ColumnBuilder::RepeatedTextBytes(const int32_t* counts) const {
  size_t bytes = 0;
  for (int64_t row = 0; row < length_; ++row) {
    bytes += static_cast<size_t>(SizeAt(row)) * static_cast<size_t>(counts[row]);
  }
  return bytes;
}

// About what the rows from `begin` to `end` take; none takes nothing.
size_t ColumnBuilder::BytesOf(int64_t begin, int64_t end) const {
  const auto rows = static_cast<size_t>(end - begin);
  size_t bytes = rows * (has_offsets() ? sizeof(int32_t) : std::max<size_t>(width_, 1));
  if (has_offsets()) {
    begin = offset(begin);
    end = offset(end);
    if (!is_list()) bytes += static_cast<size_t>(end - begin);
  }
  for (const ColumnBuilder& child : children_) bytes += child.BytesOf(begin, end);
  return bytes;
}

void ColumnBuilder::RepeatNulls(const int32_t* counts, ColumnBuilder* out) const {
  out->nulls_.clear();
  int64_t source = 0;
  uint32_t target = 0;
  for (uint32_t row : nulls_) {
    for (; source < row; ++source) target += static_cast<uint32_t>(counts[source]);
    for (int32_t n = 0; n < counts[row]; ++n)
      out->nulls_.push_back(target + static_cast<uint32_t>(n));
  }
}

bool ColumnBuilder::IsNull(int64_t row) const {
  return std::binary_search(nulls_.begin(), nulls_.end(), static_cast<uint32_t>(row));
}

void ColumnBuilder::AppendCopies(const ColumnBuilder& from, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    if (from.IsNull(row)) {
      AppendNull();
    } else if (kind_ == TypeKind::kStruct) {
      for (size_t c = 0; c < children_.size(); ++c) {
        children_[c].AppendCopies(from.children_[c], row, row + 1);
      }
      CloseStruct();
    } else if (is_list()) {
      for (size_t c = 0; c < children_.size(); ++c) {
        children_[c].AppendCopies(from.children_[c], from.offset(row), from.offset(row + 1));
      }
      CloseList();
    } else if (has_offsets()) {
      AppendBytes({reinterpret_cast<const char*>(from.values_.data()) + from.offset(row),
                   static_cast<size_t>(from.SizeAt(row))});
    } else {
      values_.Reserve(static_cast<size_t>(length_ + 1) * width_);
      std::memcpy(values_.data() + static_cast<size_t>(length_) * width_,
                  from.values_.data() + static_cast<size_t>(row) * width_, width_);
      ++length_;
    }
  }
}

uint8_t* ColumnBuilder::TakeValidity() {
  if (nulls_.empty()) return nullptr;
  const auto bytes = static_cast<size_t>((length_ + 7) / 8);
  GrowableBuffer bits;
  bits.Reserve(bytes);
  std::memset(bits.data(), 0xFF, bytes);
  for (uint32_t row : nulls_) bits.data()[row >> 3] &= static_cast<uint8_t>(~(1u << (row & 7)));
  return bits.Take();
}

// One bit a value out of one byte a value.
uint8_t* ColumnBuilder::TakeBits() {
  GrowableBuffer bits;
  const auto bytes = static_cast<size_t>((length_ + 7) / 8);
  bits.Reserve(bytes + 1);
  std::memset(bits.data(), 0, bytes + 1);
  for (int64_t row = 0; row < length_; ++row) {
    bits.data()[row >> 3] |= static_cast<uint8_t>(values_.data()[row] << (row & 7));
  }
  return bits.Take();
}

void ColumnBuilder::KeepEstimates() {
  const double rows = static_cast<double>(std::max<int64_t>(length_, 1));
  bytes_per_row_ = static_cast<double>(bytes_) / rows;
  if (is_list()) elements_per_row_ = static_cast<double>(children_[0].length_) / rows;
}

void ColumnBuilder::FinishElements(ArrowArray* out) {
  KeepEstimates();
  children_[0].Finish(out);
  Clear();
}

void ColumnBuilder::Finish(ArrowArray* out) {
  KeepEstimates();
  ArrayParts parts;
  parts.length = length_;
  parts.null_count = kind_ == TypeKind::kVoid ? length_ : static_cast<int64_t>(nulls_.size());
  if (kind_ != TypeKind::kVoid) parts.buffers.push_back(TakeValidity());
  if (has_offsets()) {
    parts.buffers.push_back(offsets_.Take());
    if (!is_list()) {
      values_.Reserve(1);
      parts.buffers.push_back(values_.Take());
    }
  } else if (kind_ == TypeKind::kBoolean) {
    parts.buffers.push_back(TakeBits());
  } else if (width_ != 0) {
    values_.Reserve(1);
    parts.buffers.push_back(values_.Take());
  }
  const int64_t child_length = children_.empty() ? 0 : children_[0].length_;
  for (ColumnBuilder& child : children_) child.Finish(&parts.children.emplace_back());
  if (kind_ == TypeKind::kMap) parts.WrapChildrenAsStruct(child_length);
  ExportArray(std::move(parts), out);
  Clear();
}

}  // namespace sluice::decode
