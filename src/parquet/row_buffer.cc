// SPDX-License-Identifier: Apache-2.0
#include "parquet/row_buffer.h"

#include <bit>
#include <cstring>
#include <limits>

namespace sluice::parquet {

namespace {

// Fewer distinct texts than this say nothing.
constexpr int32_t kFewRows = 8 * 1024;
constexpr size_t kMostDictionaryBytes = 4 << 20;

size_t FixedWidth(TypeKind kind) {
  switch (kind) {
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

bool HasOffsets(TypeKind kind) {
  return kind == TypeKind::kString || kind == TypeKind::kBinary || kind == TypeKind::kArray ||
         kind == TypeKind::kMap;
}

bool BitAt(const uint8_t* bits, int64_t row) { return (bits[row / 8] >> (row % 8) & 1) != 0; }

size_t BitmapBytes(int64_t length) { return static_cast<size_t>((length + 7) / 8); }

// Appends bits[range) to `out`, which holds `length` of them; bits after the last are zero.
void CopyBits(const uint8_t* bits, RowRange range, int64_t length, std::vector<uint8_t>& out) {
  out.resize(BitmapBytes(length + range.size()), 0);
  for (int64_t i = range.begin; i < range.end; ++i, ++length) {
    out[static_cast<size_t>(length / 8)] |=
        static_cast<uint8_t>(static_cast<int>(BitAt(bits, i)) << (length % 8));
  }
}

void CopyOnes(int64_t count, int64_t length, std::vector<uint8_t>& out) {
  out.resize(BitmapBytes(length + count), 0);
  for (; count > 0 && length % 8 != 0; --count, ++length) {
    out[static_cast<size_t>(length / 8)] |= static_cast<uint8_t>(1 << (length % 8));
  }
  for (; count >= 8; count -= 8, length += 8) out[static_cast<size_t>(length / 8)] = 0xff;
  if (count > 0) out[static_cast<size_t>(length / 8)] = static_cast<uint8_t>((1 << count) - 1);
}

// Copies the values of WIDTH bytes at `ranges` to `out`, which has room for them.
template <size_t kWidth>
void CopyValues(const uint8_t* values, const RowRanges& ranges, uint8_t* out) {
  for (const RowRange range : ranges) {
    const uint8_t* from = values + static_cast<size_t>(range.begin) * kWidth;
    const size_t size = static_cast<size_t>(range.size()) * kWidth;
    if (size == kWidth) {
      std::memcpy(out, from, kWidth);
    } else if (size > 0) {
      std::memcpy(out, from, size);
    }
    out += size;
  }
}

int64_t CountOnes(const uint8_t* bits, RowRange range) {
  int64_t ones = 0;
  int64_t i = range.begin;
  for (; i < range.end && i % 8 != 0; ++i) ones += BitAt(bits, i);
  for (; i + 8 <= range.end; i += 8) ones += std::popcount(bits[i / 8]);
  for (; i < range.end; ++i) ones += BitAt(bits, i);
  return ones;
}

void ReleaseNothing(ArrowArray* array) { array->release = nullptr; }

ArrowArray Borrowed(int64_t length, int64_t null_count, const void** buffers) {
  ArrowArray array{};
  array.length = length;
  array.null_count = null_count;
  array.buffers = buffers;
  array.release = ReleaseNothing;
  return array;
}

int64_t ValuesOf(const ArrowArray& array) {
  return array.length == 0 ? 0 : static_cast<const int32_t*>(array.buffers[1])[array.length];
}

}  // namespace

void Validity::Append(const ArrowArray& array, const RowRanges& ranges) {
  if (array.null_count == 0 && null_count_ == 0) {
    length_ += CountRows(ranges);
    return;
  }
  const auto* bits = array.null_count > 0 ? static_cast<const uint8_t*>(array.buffers[0]) : nullptr;
  for (const RowRange range : ranges) AppendRange(bits, range);
}

void Validity::AppendRange(const uint8_t* bits, RowRange rows) {
  const int64_t nulls = bits ? rows.size() - CountOnes(bits, rows) : 0;
  if (nulls > 0) {
    if (bits_.empty()) CopyOnes(length_, 0, bits_);
    CopyBits(bits, rows, length_, bits_);
  } else if (null_count_ > 0) {
    CopyOnes(rows.size(), length_, bits_);
  }
  null_count_ += nulls;
  length_ += rows.size();
}

void Validity::Clear() {
  length_ = 0;
  null_count_ = 0;
  bits_.clear();
}

PlainColumn::PlainColumn(const DataType& type) : kind_(type.kind()), width_(FixedWidth(kind_)) {
  if (HasOffsets(kind_)) offsets_.push_back(0);
  if (kind_ == TypeKind::kMap) {
    children_.emplace_back(DataType::Struct(type.children()));
    return;
  }
  for (const Field& child : type.children()) children_.emplace_back(child.type);
}

void PlainColumn::Append(const ArrowArray& array, const RowRanges& ranges) {
  int64_t length = validity_.length();
  validity_.Append(array, ranges);
  if (kind_ == TypeKind::kBoolean) {
    const auto* bits = static_cast<const uint8_t*>(array.buffers[1]);
    for (const RowRange range : ranges) {
      CopyBits(bits, range, length, data_);
      length += range.size();
    }
  } else if (HasOffsets(kind_)) {
    AppendVariable(array, ranges);
  } else if (width_ > 0) {
    AppendFixed(array, ranges);
  } else {
    for (size_t i = 0; i < children_.size(); ++i) children_[i].Append(*array.children[i], ranges);
  }
}

void PlainColumn::AppendFixed(const ArrowArray& array, const RowRanges& ranges) {
  const auto* values = static_cast<const uint8_t*>(array.buffers[1]);
  const size_t old_size = data_.size();
  data_.resize(old_size + static_cast<size_t>(CountRows(ranges)) * width_);
  uint8_t* out = data_.data() + old_size;
  switch (width_) {
    case 1: return CopyValues<1>(values, ranges, out);
    case 2: return CopyValues<2>(values, ranges, out);
    case 4: return CopyValues<4>(values, ranges, out);
    case 8: return CopyValues<8>(values, ranges, out);
    default: return CopyValues<16>(values, ranges, out);
  }
}

void PlainColumn::AppendVariable(const ArrowArray& array, const RowRanges& ranges) {
  const RowRanges values = AppendOffsets(static_cast<const int32_t*>(array.buffers[1]), ranges);
  if (!children_.empty()) return children_[0].Append(*array.children[0], values);
  const size_t old_size = data_.size();
  data_.resize(old_size + static_cast<size_t>(CountRows(values)));
  CopyValues<1>(static_cast<const uint8_t*>(array.buffers[2]), values, data_.data() + old_size);
}

// Returns the ranges of values that the rows refer to.
RowRanges PlainColumn::AppendOffsets(const int32_t* offsets, const RowRanges& ranges) {
  RowRanges values;
  const size_t old_size = offsets_.size();
  offsets_.resize(old_size + static_cast<size_t>(CountRows(ranges)));
  int32_t* out = offsets_.data() + old_size;
  for (const RowRange range : ranges) {
    if (range.size() == 0) continue;
    const int32_t shift = out[-1] - offsets[range.begin];
    for (int64_t i = range.begin; i < range.end; ++i) *out++ = offsets[i + 1] + shift;
    values.push_back({offsets[range.begin], offsets[range.end]});
  }
  return values;
}

void PlainColumn::Clear() {
  validity_.Clear();
  data_.clear();
  if (HasOffsets(kind_)) offsets_.resize(1);
  for (PlainColumn& child : children_) child.Clear();
}

size_t PlainColumn::ByteSize() const {
  size_t bytes = validity_.ByteSize() + data_.size() + offsets_.size() * sizeof(int32_t);
  for (const PlainColumn& child : children_) bytes += child.ByteSize();
  return bytes;
}

bool PlainColumn::Fits(const ArrowArray& array) const {
  if (HasOffsets(kind_) &&
      ValuesOf(array) > std::numeric_limits<int32_t>::max() - int64_t{offsets_.back()}) {
    return false;
  }
  for (size_t i = 0; i < children_.size(); ++i) {
    if (!children_[i].Fits(*array.children[i])) return false;
  }
  return true;
}

ArrowArray& PlainColumn::view() {
  child_views_.clear();
  for (PlainColumn& child : children_) child_views_.push_back(&child.view());
  buffers_[0] = validity_.buffer();
  buffers_[1] = HasOffsets(kind_) ? static_cast<const void*>(offsets_.data()) : data_.data();
  buffers_[2] = data_.data();
  const bool bytes = kind_ == TypeKind::kString || kind_ == TypeKind::kBinary;
  view_ = Borrowed(validity_.length(), validity_.null_count(), buffers_);
  view_.n_buffers = kind_ == TypeKind::kStruct ? 1 : bytes ? 3 : 2;
  view_.n_children = static_cast<int64_t>(child_views_.size());
  view_.children = child_views_.data();
  return view_;
}

void DictionaryColumn::Append(const ArrowArray& array, const RowRanges& ranges) {
  validity_.Append(array, ranges);
  const auto* bits = array.null_count > 0 ? static_cast<const uint8_t*>(array.buffers[0]) : nullptr;
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  const auto* bytes = static_cast<const char*>(array.buffers[2]);
  const size_t old_size = numbers_.size();
  numbers_.resize(old_size + static_cast<size_t>(CountRows(ranges)));
  int32_t* out = numbers_.data() + old_size;
  for (const RowRange range : ranges) {
    texts_.Number(bytes, offsets, bits, range.begin, range.end, out);
    out += range.size();
  }
}

bool DictionaryColumn::overflowed() const {
  const bool repeats = texts_.size() < kFewRows || texts_.size() * 2 <= std::ssize(numbers_);
  return !repeats || texts_.bytes().size() > kMostDictionaryBytes;
}

void DictionaryColumn::Clear() {
  validity_.Clear();
  numbers_.clear();
  texts_.Clear();
}

size_t DictionaryColumn::ByteSize() const {
  return validity_.ByteSize() + numbers_.size() * sizeof(int32_t) + texts_.bytes().size() +
         texts_.offsets().size() * sizeof(int32_t);
}

bool DictionaryColumn::Fits(const ArrowArray& array) const {
  return ValuesOf(array) <= std::numeric_limits<int32_t>::max() - std::ssize(texts_.bytes());
}

ArrowArray& DictionaryColumn::view() {
  texts_buffers_[1] = texts_.offsets().data();
  texts_buffers_[2] = texts_.bytes().data();
  texts_view_ = Borrowed(texts_.size(), 0, texts_buffers_);
  texts_view_.n_buffers = 3;
  buffers_[0] = validity_.buffer();
  buffers_[1] = numbers_.data();
  view_ = Borrowed(validity_.length(), validity_.null_count(), buffers_);
  view_.n_buffers = 2;
  view_.dictionary = &texts_view_;
  return view_;
}

RowBuffer::RowBuffer(const Schema& schema, const std::vector<bool>& numbered) {
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    if (numbered[i])
      columns_.push_back(std::make_unique<DictionaryColumn>());
    else
      columns_.push_back(std::make_unique<PlainColumn>(schema.fields[i].type));
  }
}

void RowBuffer::Append(const std::vector<const ArrowArray*>& columns, const RowRanges& ranges) {
  for (size_t i = 0; i < columns_.size(); ++i) columns_[i]->Append(*columns[i], ranges);
  num_rows_ += CountRows(ranges);
}

std::vector<size_t> RowBuffer::overflowed() const {
  std::vector<size_t> columns;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i]->overflowed()) columns.push_back(i);
  }
  return columns;
}

bool RowBuffer::Fits(const std::vector<const ArrowArray*>& columns) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!columns_[i]->Fits(*columns[i])) return false;
  }
  return true;
}

void RowBuffer::Clear() {
  for (const auto& column : columns_) column->Clear();
  num_rows_ = 0;
}

size_t RowBuffer::ByteSize() const {
  size_t bytes = 0;
  for (const auto& column : columns_) bytes += column->ByteSize();
  return bytes;
}

std::vector<const ArrowArray*> RowBuffer::view() {
  std::vector<const ArrowArray*> views;
  for (const auto& column : columns_) views.push_back(&column->view());
  return views;
}

}  // namespace sluice::parquet
