// SPDX-License-Identifier: Apache-2.0
#include "decode/arrow_export.h"

#include <cstdlib>
#include <utility>

namespace sluice::decode {

namespace {

struct OwnedArray {
  std::vector<const void*> buffers;
  std::vector<ArrowArray> storage;
  std::vector<ArrowArray*> children;
};

void ReleaseArray(ArrowArray* array) {
  auto* owned = static_cast<OwnedArray*>(array->private_data);
  for (const void* buffer : owned->buffers) std::free(const_cast<void*>(buffer));
  for (ArrowArray* child : owned->children) {
    if (child->release) child->release(child);
  }
  delete owned;
  array->release = nullptr;
}

}  // namespace

void ArrayParts::WrapChildrenAsStruct(int64_t child_length) {
  ArrayParts entries;
  entries.length = child_length;
  entries.buffers = {nullptr};
  entries.children = std::move(children);
  children.clear();
  ExportArray(std::move(entries), &children.emplace_back());
}

void ExportArray(ArrayParts parts, ArrowArray* out) {
  auto* owned = new OwnedArray;
  owned->buffers.assign(parts.buffers.begin(), parts.buffers.end());
  owned->storage = std::move(parts.children);
  for (ArrowArray& child : owned->storage) owned->children.push_back(&child);
  *out = ArrowArray{};
  out->length = parts.length;
  out->null_count = parts.null_count;
  out->n_buffers = static_cast<int64_t>(owned->buffers.size());
  out->n_children = static_cast<int64_t>(owned->children.size());
  out->buffers = owned->buffers.data();
  out->children = owned->children.data();
  out->release = ReleaseArray;
  out->private_data = owned;
}

}  // namespace sluice::decode
