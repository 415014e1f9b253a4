// SPDX-License-Identifier: Apache-2.0
#include "core/columns.h"

#include <utility>

namespace sluice {

namespace {

size_t BitmapBytes(int64_t length) { return static_cast<size_t>((length + 7) / 8); }

size_t OffsetsAt(const ArrowArray& array, int64_t index) {
  return static_cast<size_t>(static_cast<const int32_t*>(array.buffers[1])[index]);
}

size_t FixedWidth(const DataType& type) {
  switch (type.kind()) {
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

size_t ArrayBytes(const DataType& type, const ArrowArray& array) {
  if (array.length == 0) return 0;
  size_t bytes = array.n_buffers > 0 && array.buffers[0] ? BitmapBytes(array.length) : 0;
  const size_t offsets = static_cast<size_t>(array.length + 1) * sizeof(int32_t);
  switch (type.kind()) {
    case TypeKind::kBoolean: return bytes + BitmapBytes(array.length);
    case TypeKind::kString:
    case TypeKind::kBinary: return bytes + offsets + OffsetsAt(array, array.length);
    case TypeKind::kArray:
      return bytes + offsets + ArrayBytes(type.children()[0].type, *array.children[0]);
    case TypeKind::kMap: {
      const ArrowArray& entries = *array.children[0];
      return bytes + offsets + ArrayBytes(type.children()[0].type, *entries.children[0]) +
             ArrayBytes(type.children()[1].type, *entries.children[1]);
    }
    case TypeKind::kStruct:
      for (size_t i = 0; i < type.children().size(); ++i) {
        bytes += ArrayBytes(type.children()[i].type, *array.children[i]);
      }
      return bytes;
    default: return bytes + static_cast<size_t>(array.length) * FixedWidth(type);
  }
}

// What a projected array keeps alive, and the pointers that its own ArrowArray needs.
struct Projection {
  std::shared_ptr<Columns> base;
  std::vector<ArrowArray> arrays;
  std::vector<ArrowArray*> children;
  const void* validity = nullptr;
};

void ReleaseProjectedChild(ArrowArray* array) {
  delete static_cast<std::shared_ptr<Columns>*>(array->private_data);
  array->release = nullptr;
}

void ReleaseProjection(ArrowArray* array) {
  auto* projection = static_cast<Projection*>(array->private_data);
  for (ArrowArray* child : projection->children) {
    if (child->release) child->release(child);
  }
  delete projection;
  array->release = nullptr;
}

const ArrowArray& Resolve(const ArrowArray& root, const ColumnPath& path) {
  const ArrowArray* array = &root;
  for (int index : path) array = array->children[index];
  return *array;
}

}  // namespace

Columns::Columns(Columns&& other) noexcept
    : schema_(std::move(other.schema_)), array_(std::exchange(other.array_, ArrowArray{})) {}

Columns& Columns::operator=(Columns&& other) noexcept {
  if (this != &other) {
    Release();
    schema_ = std::move(other.schema_);
    array_ = std::exchange(other.array_, ArrowArray{});
  }
  return *this;
}

ArrowArray Columns::Take() { return std::exchange(array_, ArrowArray{}); }

void Columns::Release() {
  if (array_.release) array_.release(&array_);
  array_ = ArrowArray{};
}

size_t Columns::ByteSize() const {
  size_t bytes = 0;
  for (size_t i = 0; i < num_columns(); ++i) {
    bytes += ArrayBytes(schema_->fields[i].type, column(i));
  }
  return bytes;
}

Columns Project(Columns base, const std::vector<ColumnPath>& paths,
                std::shared_ptr<const Schema> schema) {
  const int64_t rows = base.num_rows();
  auto* projection = new Projection;
  projection->base = std::make_shared<Columns>(std::move(base));
  projection->arrays.reserve(paths.size());
  for (const ColumnPath& path : paths) {
    // A shallow copy: its own children stay owned, and released, by the base.
    ArrowArray& child = projection->arrays.emplace_back(Resolve(projection->base->array(), path));
    child.private_data = new std::shared_ptr<Columns>(projection->base);
    child.release = ReleaseProjectedChild;
    projection->children.push_back(&child);
  }
  ArrowArray root{};
  root.length = rows;
  root.n_buffers = 1;
  root.n_children = static_cast<int64_t>(paths.size());
  root.buffers = &projection->validity;
  root.children = projection->children.data();
  root.release = ReleaseProjection;
  root.private_data = projection;
  return Columns(std::move(schema), root);
}

}  // namespace sluice
