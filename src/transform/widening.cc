// SPDX-License-Identifier: Apache-2.0
#include "transform/widening.h"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace sluice::transform {

namespace {

// Position in TINYINT < SMALLINT < INT < BIGINT, or -1.
int IntegerRank(TypeKind kind) {
  switch (kind) {
    case TypeKind::kByte: return 0;
    case TypeKind::kShort: return 1;
    case TypeKind::kInt: return 2;
    case TypeKind::kLong: return 3;
    default: return -1;
  }
}

struct WidenedBuffers {
  std::vector<char> validity;
  std::vector<char> data;
  const void* pointers[2] = {};
};

void ReleaseWidened(ArrowArray* array) {
  const std::unique_ptr<WidenedBuffers> owner(static_cast<WidenedBuffers*>(array->private_data));
  array->release = nullptr;
}

template <typename From, typename To>
void Convert(const ArrowArray& array, std::vector<char>* out) {
  const auto* values = static_cast<const From*>(array.buffers[1]);
  out->resize(static_cast<size_t>(array.length) * sizeof(To) + 1);
  auto* target = reinterpret_cast<To*>(out->data());
  // NOLINTNEXTLINE(bugprone-signed-char-misuse): an int8_t is a number here
  for (int64_t i = 0; i < array.length; ++i) target[i] = static_cast<To>(values[i]);
}

template <typename From>
void ConvertFrom(const ArrowArray& array, TypeKind to, std::vector<char>* out) {
  switch (to) {
    case TypeKind::kShort: return Convert<From, int16_t>(array, out);
    case TypeKind::kInt: return Convert<From, int32_t>(array, out);
    case TypeKind::kLong: return Convert<From, int64_t>(array, out);
    case TypeKind::kFloat: return Convert<From, float>(array, out);
    default: return Convert<From, double>(array, out);
  }
}

}  // namespace

bool SameType(const DataType& a, const DataType& b) {
  if (a.kind() != b.kind() || a.precision() != b.precision() || a.scale() != b.scale() ||
      a.children().size() != b.children().size()) {
    return false;
  }
  for (size_t i = 0; i < a.children().size(); ++i) {
    const Field& left = a.children()[i];
    const Field& right = b.children()[i];
    if (left.name != right.name || !SameType(left.type, right.type)) return false;
  }
  return true;
}

bool CanWiden(const DataType& from, const DataType& to) {
  if (SameType(from, to)) return true;
  const int rank = IntegerRank(from.kind());
  if (to.kind() == TypeKind::kDouble)
    return from.kind() == TypeKind::kFloat || (rank >= 0 && rank <= 2);
  if (to.kind() == TypeKind::kFloat) return rank >= 0 && rank <= 1;
  return rank >= 0 && rank < IntegerRank(to.kind());
}

ArrowArray Widen(const DataType& from, const ArrowArray& array, const DataType& to) {
  auto owner = std::make_unique<WidenedBuffers>();
  if (array.null_count > 0) {
    const auto* bits = static_cast<const char*>(array.buffers[0]);
    owner->validity.assign(bits, bits + (array.length + 7) / 8);
    owner->pointers[0] = owner->validity.data();
  }
  switch (from.kind()) {
    case TypeKind::kByte: ConvertFrom<int8_t>(array, to.kind(), &owner->data); break;
    case TypeKind::kShort: ConvertFrom<int16_t>(array, to.kind(), &owner->data); break;
    case TypeKind::kInt: ConvertFrom<int32_t>(array, to.kind(), &owner->data); break;
    default: ConvertFrom<float>(array, to.kind(), &owner->data);
  }
  owner->pointers[1] = owner->data.data();
  ArrowArray widened{};
  widened.length = array.length;
  widened.null_count = array.null_count;
  widened.n_buffers = 2;
  widened.buffers = owner->pointers;
  widened.release = ReleaseWidened;
  widened.private_data = owner.release();
  return widened;
}

}  // namespace sluice::transform
