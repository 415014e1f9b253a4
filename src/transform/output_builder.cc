// SPDX-License-Identifier: Apache-2.0
#include "transform/output_builder.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sluice::transform {

namespace {

bool HasOffsets(TypeKind kind) {
  return kind == TypeKind::kString || kind == TypeKind::kBinary || kind == TypeKind::kArray ||
         kind == TypeKind::kMap;
}

bool ValidAt(const uint64_t* mask, int64_t index) {
  return !mask || ((mask[index / 64] >> (index % 64)) & 1);
}

bool BitAt(const void* bits, int64_t index) {
  return (static_cast<const uint8_t*>(bits)[index / 8] >> (index % 8)) & 1;
}

size_t FixedWidth(TypeKind kind) {
  switch (kind) {
    case TypeKind::kByte: return 1;
    case TypeKind::kShort: return 2;
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate: return 4;
    case TypeKind::kDecimal: return 16;
    default: return 8;
  }
}

// Words of both masks that cover rows [0, end), ANDed into `storage` when both are there.
const uint64_t* Intersect(const uint64_t* a, const uint64_t* b, int64_t end,
                          std::vector<uint64_t>* storage) {
  if (!a || !b) return a ? a : b;
  storage->resize(static_cast<size_t>((end + 63) / 64));
  for (size_t i = 0; i < storage->size(); ++i) (*storage)[i] = a[i] & b[i];
  return storage->data();
}

const char* Bytes(const duckdb_string_t& text) {
  return text.value.inlined.length <= sizeof(text.value.inlined.inlined)
             ? text.value.inlined.inlined
             : text.value.pointer.ptr;
}

}  // namespace

struct OutputBuilder::Rows {
  duckdb_vector vector;
  int64_t begin;
  int64_t count;
  const uint64_t* valid;  // null: all

  bool IsValid(int64_t i) const { return ValidAt(valid, begin + i); }
  template <typename T>
  const T* data() const {
    return static_cast<const T*>(duckdb_vector_get_data(vector)) + begin;
  }
};

OutputBuilder::OutputBuilder(const DataType& type) : type_(type) {
  if (HasOffsets(type.kind())) {
    const int32_t zero = 0;
    offsets_.Append(&zero, sizeof(zero));
  }
  if (type.kind() == TypeKind::kMap) {
    children_.push_back(std::make_unique<OutputBuilder>(DataType::Struct(type.children())));
    return;
  }
  for (const Field& field : type.children()) {
    children_.push_back(std::make_unique<OutputBuilder>(field.type));
  }
}

void OutputBuilder::Append(duckdb_vector vector, int64_t begin, int64_t count,
                           const uint64_t* parent_valid) {
  if (count == 0) return;
  std::vector<uint64_t> both;
  const Rows rows{
      vector, begin, count,
      Intersect(duckdb_vector_get_validity(vector), parent_valid, begin + count, &both)};
  AppendValidity(rows);
  switch (type_.kind()) {
    case TypeKind::kBoolean: AppendBooleans(rows); break;
    case TypeKind::kDecimal:
      if (type_.precision() <= 4)
        AppendDecimals<int16_t>(rows);
      else if (type_.precision() <= 9)
        AppendDecimals<int32_t>(rows);
      else if (type_.precision() <= 18)
        AppendDecimals<int64_t>(rows);
      else
        AppendFixed(rows, 16);
      break;
    case TypeKind::kString:
    case TypeKind::kBinary: AppendStrings(rows); break;
    case TypeKind::kArray:
    case TypeKind::kMap: AppendLists(rows); break;
    case TypeKind::kStruct: AppendStruct(rows); break;
    default: AppendFixed(rows, FixedWidth(type_.kind()));
  }
  length_ += count;
}

void OutputBuilder::AppendValidity(const Rows& rows) {
  if (!rows.valid) {
    if (null_count_ > 0) validity_.AppendOnes(rows.count);
    return;
  }
  for (int64_t i = 0; i < rows.count; ++i) {
    const bool valid = rows.IsValid(i);
    if (!valid && null_count_++ == 0) validity_.AppendOnes(length_ + i);
    if (null_count_ > 0) validity_.Append(valid);
  }
}

void OutputBuilder::AppendFixed(const Rows& rows, size_t width) {
  const auto* values = static_cast<const char*>(duckdb_vector_get_data(rows.vector));
  data_.Append(values + static_cast<size_t>(rows.begin) * width,
               static_cast<size_t>(rows.count) * width);
}

void OutputBuilder::AppendBooleans(const Rows& rows) {
  const auto* values = rows.data<uint8_t>();
  for (int64_t i = 0; i < rows.count; ++i) bits_.Append(rows.IsValid(i) && values[i] != 0);
}

template <typename T>
void OutputBuilder::AppendDecimals(const Rows& rows) {
  const T* values = rows.data<T>();
  char* out = data_.Extend(static_cast<size_t>(rows.count) * 16);
  for (int64_t i = 0; i < rows.count; ++i) {
    const __int128 wide = values[i];
    std::memcpy(out + i * 16, &wide, sizeof(wide));
  }
}

void OutputBuilder::AppendStrings(const Rows& rows) {
  const auto* texts = rows.data<duckdb_string_t>();
  auto* offsets = reinterpret_cast<int32_t*>(offsets_.Extend(static_cast<size_t>(rows.count) * 4));
  const int64_t first = last_offset_;
  for (int64_t i = 0; i < rows.count; ++i) {
    if (rows.IsValid(i)) last_offset_ += texts[i].value.inlined.length;
    offsets[i] = static_cast<int32_t>(last_offset_);
  }
  char* out = data_.Extend(static_cast<size_t>(last_offset_ - first));
  for (int64_t i = 0; i < rows.count; ++i) {
    if (!rows.IsValid(i)) continue;
    out =
        std::copy_n(Bytes(texts[i]), texts[i].value.inlined.length, out);  // null if all are empty
  }
}

void OutputBuilder::AppendLists(const Rows& rows) {
  const auto* entries = rows.data<duckdb_list_entry>();
  const duckdb_vector elements = duckdb_list_vector_get_child(rows.vector);
  auto* offsets = reinterpret_cast<int32_t*>(offsets_.Extend(static_cast<size_t>(rows.count) * 4));
  // Neighbouring lists mostly lie side by side: one call for each run of them.
  int64_t begin = 0;
  int64_t end = 0;
  for (int64_t i = 0; i < rows.count; ++i) {
    if (rows.IsValid(i) && entries[i].length > 0) {
      const auto offset = static_cast<int64_t>(entries[i].offset);
      if (offset != end) {
        children_[0]->Append(elements, begin, end - begin);
        begin = offset;
      }
      end = offset + static_cast<int64_t>(entries[i].length);
      last_offset_ += static_cast<int64_t>(entries[i].length);
    }
    offsets[i] = static_cast<int32_t>(last_offset_);
  }
  children_[0]->Append(elements, begin, end - begin);
}

void OutputBuilder::AppendStruct(const Rows& rows) {
  for (size_t i = 0; i < children_.size(); ++i) {
    children_[i]->Append(duckdb_struct_vector_get_child(rows.vector, i), rows.begin, rows.count,
                         rows.valid);
  }
}

void OutputBuilder::AppendArrow(const ArrowArray& array, int64_t begin, int64_t count) {
  if (count == 0) return;
  AppendArrowValidity(array, begin, count);
  const TypeKind kind = type_.kind();
  if (kind == TypeKind::kStruct) {
    for (size_t i = 0; i < children_.size(); ++i)
      children_[i]->AppendArrow(*array.children[i], begin, count);
  } else if (HasOffsets(kind)) {
    AppendArrowOffsets(array, begin, count);
  } else if (kind == TypeKind::kBoolean) {
    for (int64_t i = begin; i < begin + count; ++i) bits_.Append(BitAt(array.buffers[1], i));
  } else if (kind != TypeKind::kVoid) {
    const size_t width = FixedWidth(kind);
    data_.Append(static_cast<const char*>(array.buffers[1]) + static_cast<size_t>(begin) * width,
                 static_cast<size_t>(count) * width);
  }
  length_ += count;
}

void OutputBuilder::AppendArrowValidity(const ArrowArray& array, int64_t begin, int64_t count) {
  if (array.null_count == 0 || type_.kind() == TypeKind::kVoid) {
    if (null_count_ > 0) validity_.AppendOnes(count);
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    const bool valid = BitAt(array.buffers[0], begin + i);
    if (!valid && null_count_++ == 0) validity_.AppendOnes(length_ + i);
    if (null_count_ > 0) validity_.Append(valid);
  }
}

// Strings, lists and maps: offsets move by a constant, and what they point at is one range.
void OutputBuilder::AppendArrowOffsets(const ArrowArray& array, int64_t begin, int64_t count) {
  const auto* from = static_cast<const int32_t*>(array.buffers[1]) + begin;
  auto* to =
      reinterpret_cast<int32_t*>(offsets_.Extend(static_cast<size_t>(count) * sizeof(int32_t)));
  for (int64_t i = 1; i <= count; ++i)
    to[i - 1] = static_cast<int32_t>(last_offset_ + from[i] - from[0]);
  const int32_t elements = from[count] - from[0];
  if (type_.is_nested()) {
    children_[0]->AppendArrow(*array.children[0], from[0], elements);
  } else {
    data_.Append(static_cast<const char*>(array.buffers[2]) + from[0],
                 static_cast<size_t>(elements));
  }
  last_offset_ += elements;
}

size_t OutputBuilder::size_bytes() const {
  size_t bytes = validity_.size_bytes() + data_.size() + bits_.size_bytes() + offsets_.size();
  for (const auto& child : children_) bytes += child->size_bytes();
  return bytes;
}

bool OutputBuilder::fits() const {
  if (last_offset_ > std::numeric_limits<int32_t>::max()) return false;
  for (const auto& child : children_) {
    if (!child->fits()) return false;
  }
  return true;
}

void OutputBuilder::Release(ArrowArray* array) {
  const std::unique_ptr<OutputBuilder> owner(static_cast<OutputBuilder*>(array->private_data));
  for (ArrowArray& child : owner->child_arrays_) {
    if (child.release) child.release(&child);
  }
  array->release = nullptr;
}

ArrowArray OutputBuilder::Finish() && {
  // The array's owner is a builder too: this one, moved to where it can stay.
  auto* owner = new OutputBuilder(std::move(*this));
  ArrowArray array{};
  array.buffers = owner->buffers_;
  const bool none = owner->type_.kind() == TypeKind::kVoid;  // no buffers, and all rows are NULL
  array.n_buffers = none ? 0 : 1;
  owner->buffers_[0] = owner->null_count_ > 0 ? owner->validity_.data() : nullptr;
  if (HasOffsets(owner->type_.kind())) owner->buffers_[array.n_buffers++] = owner->offsets_.data();
  if (!owner->type_.is_nested() && !none) {
    const bool bits = owner->type_.kind() == TypeKind::kBoolean;
    owner->buffers_[array.n_buffers++] = bits ? owner->bits_.data() : owner->data_.data();
  }
  for (auto& child : owner->children_) owner->child_arrays_.push_back(std::move(*child).Finish());
  owner->children_.clear();
  for (ArrowArray& child : owner->child_arrays_) owner->child_pointers_.push_back(&child);
  array.length = owner->length_;
  array.null_count = none ? owner->length_ : owner->null_count_;
  array.n_children = static_cast<int64_t>(owner->child_pointers_.size());
  array.children = owner->child_pointers_.data();
  array.release = Release;
  array.private_data = owner;
  return array;
}

BatchBuilder::BatchBuilder(std::shared_ptr<const Schema> schema) : schema_(std::move(schema)) {
  for (const Field& field : schema_->fields) {
    columns_.push_back(std::make_unique<OutputBuilder>(field.type));
  }
}

void BatchBuilder::Append(duckdb_data_chunk chunk) {
  const auto rows = static_cast<int64_t>(duckdb_data_chunk_get_size(chunk));
  for (size_t i = 0; i < columns_.size(); ++i) {
    columns_[i]->Append(duckdb_data_chunk_get_vector(chunk, i), 0, rows);
  }
  num_rows_ += rows;
}

size_t BatchBuilder::size_bytes() const {
  size_t bytes = 0;
  for (const auto& column : columns_) bytes += column->size_bytes();
  return bytes;
}

bool BatchBuilder::fits() const {
  for (const auto& column : columns_) {
    if (!column->fits()) return false;
  }
  return true;
}

namespace {

struct Root {
  std::vector<ArrowArray> columns;
  std::vector<ArrowArray*> pointers;
  const void* validity = nullptr;
};

void ReleaseRoot(ArrowArray* array) {
  const std::unique_ptr<Root> root(static_cast<Root*>(array->private_data));
  for (ArrowArray& column : root->columns) {
    if (column.release) column.release(&column);
  }
  array->release = nullptr;
}

}  // namespace

ArrowArray MakeRoot(std::vector<ArrowArray> columns, int64_t num_rows) {
  auto root = std::make_unique<Root>();
  root->columns = std::move(columns);
  for (ArrowArray& column : root->columns) root->pointers.push_back(&column);
  ArrowArray array{};
  array.length = num_rows;
  array.n_buffers = 1;
  array.buffers = &root->validity;
  array.n_children = static_cast<int64_t>(root->pointers.size());
  array.children = root->pointers.data();
  array.release = ReleaseRoot;
  array.private_data = root.release();
  return array;
}

ArrowArray BatchBuilder::Finish() && {
  std::vector<ArrowArray> columns;
  for (auto& column : columns_) columns.push_back(std::move(*column).Finish());
  return MakeRoot(std::move(columns), num_rows_);
}

}  // namespace sluice::transform
