// SPDX-License-Identifier: Apache-2.0
#include "transform/input_vectors.h"

#include <cstring>
#include <vector>

namespace sluice::transform {

namespace {

bool Bit(const void* bits, int64_t index) {
  return (static_cast<const uint8_t*>(bits)[index / 8] >> (index % 8)) & 1;
}

// Both sides count bits from the lowest; DuckDB's words are 64 bits, little-endian.
void FillValidity(const ArrowArray& array, int64_t begin, int64_t count, duckdb_vector out) {
  if (array.null_count == 0) return;
  duckdb_vector_ensure_validity_writable(out);
  uint64_t* mask = duckdb_vector_get_validity(out);
  const auto* bits = static_cast<const uint8_t*>(array.buffers[0]);
  if (begin % 8 == 0) {
    std::memcpy(mask, bits + begin / 8, static_cast<size_t>((count + 7) / 8));
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    duckdb_validity_set_row_validity(mask, static_cast<idx_t>(i), Bit(bits, begin + i));
  }
}

void FillFixed(const ArrowArray& array, size_t width, int64_t begin, int64_t count,
               duckdb_vector out) {
  const auto* values = static_cast<const char*>(array.buffers[1]);
  std::memcpy(duckdb_vector_get_data(out), values + static_cast<size_t>(begin) * width,
              static_cast<size_t>(count) * width);
}

void FillBooleans(const ArrowArray& array, int64_t begin, int64_t count, duckdb_vector out) {
  auto* values = static_cast<bool*>(duckdb_vector_get_data(out));
  for (int64_t i = 0; i < count; ++i) values[i] = Bit(array.buffers[1], begin + i);
}

template <typename T>
void NarrowDecimals(const ArrowArray& array, int64_t begin, int64_t count, duckdb_vector out) {
  auto* values = static_cast<T*>(duckdb_vector_get_data(out));
  const auto* wide = static_cast<const char*>(array.buffers[1]) + begin * 16;
  // The lowest bytes of a two's complement number that fits are the number.
  for (int64_t i = 0; i < count; ++i) std::memcpy(&values[i], wide + i * 16, sizeof(T));
}

void FillDecimals(const ArrowArray& array, int precision, int64_t begin, int64_t count,
                  duckdb_vector out) {
  if (precision <= 4) return NarrowDecimals<int16_t>(array, begin, count, out);
  if (precision <= 9) return NarrowDecimals<int32_t>(array, begin, count, out);
  if (precision <= 18) return NarrowDecimals<int64_t>(array, begin, count, out);
  FillFixed(array, 16, begin, count, out);
}

duckdb_string_t StringView(const char* text, uint32_t length) {
  duckdb_string_t view{};
  view.value.pointer.length = length;
  if (length <= sizeof(view.value.inlined.inlined)) {
    std::memcpy(view.value.inlined.inlined, text, length);
  } else {
    std::memcpy(view.value.pointer.prefix, text, sizeof(view.value.pointer.prefix));
    view.value.pointer.ptr = const_cast<char*>(text);  // DuckDB only reads it
  }
  return view;
}

void FillStrings(const ArrowArray& array, int64_t begin, int64_t count, duckdb_vector out) {
  auto* views = static_cast<duckdb_string_t*>(duckdb_vector_get_data(out));
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]) + begin;
  const auto* bytes = static_cast<const char*>(array.buffers[2]);
  for (int64_t i = 0; i < count; ++i) {
    views[i] = StringView(bytes + offsets[i], static_cast<uint32_t>(offsets[i + 1] - offsets[i]));
  }
}

void FillStruct(const std::vector<Field>& fields, const ArrowArray& array, int64_t begin,
                int64_t count, const ColumnUse& use, duckdb_vector out) {
  for (size_t i = 0; i < fields.size(); ++i) {
    FillVector(fields[i].type, *array.children[i], begin, count, use.whole ? use : use.fields[i],
               duckdb_struct_vector_get_child(out, i));
  }
}

// ARRAY and MAP; a MAP's elements are structs of key and value.
void FillList(const DataType& element, const ArrowArray& array, int64_t begin, int64_t count,
              duckdb_vector out) {
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]) + begin;
  auto* entries = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(out));
  for (int64_t i = 0; i < count; ++i) {
    entries[i] = {static_cast<uint64_t>(offsets[i] - offsets[0]),
                  static_cast<uint64_t>(offsets[i + 1] - offsets[i])};
  }
  const int64_t elements = offsets[count] - offsets[0];
  duckdb_list_vector_reserve(out, static_cast<idx_t>(elements));
  duckdb_list_vector_set_size(out, static_cast<idx_t>(elements));
  FillVector(element, *array.children[0], offsets[0], elements, {.whole = true},
             duckdb_list_vector_get_child(out));
}

// The fields of a struct that is NULL are NULL too.
void FillNulls(const DataType& type, int64_t count, duckdb_vector out) {
  duckdb_vector_ensure_validity_writable(out);
  std::memset(duckdb_vector_get_validity(out), 0, static_cast<size_t>((count + 63) / 64) * 8);
  if (type.kind() != TypeKind::kStruct) return;
  for (size_t i = 0; i < type.children().size(); ++i)
    FillNulls(type.children()[i].type, count, duckdb_struct_vector_get_child(out, i));
}

}  // namespace

void FillVector(const DataType& type, const ArrowArray& array, int64_t begin, int64_t count,
                const ColumnUse& use, duckdb_vector out) {
  if (count == 0) return;
  if (type.kind() == TypeKind::kVoid || use.none()) return FillNulls(type, count, out);
  FillValidity(array, begin, count, out);
  switch (type.kind()) {
    case TypeKind::kBoolean: return FillBooleans(array, begin, count, out);
    case TypeKind::kByte: return FillFixed(array, 1, begin, count, out);
    case TypeKind::kShort: return FillFixed(array, 2, begin, count, out);
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate: return FillFixed(array, 4, begin, count, out);
    case TypeKind::kLong:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return FillFixed(array, 8, begin, count, out);
    case TypeKind::kDecimal: return FillDecimals(array, type.precision(), begin, count, out);
    case TypeKind::kString:
    case TypeKind::kBinary: return FillStrings(array, begin, count, out);
    case TypeKind::kStruct: return FillStruct(type.children(), array, begin, count, use, out);
    case TypeKind::kArray: return FillList(type.children()[0].type, array, begin, count, out);
    case TypeKind::kMap:
      return FillList(DataType::Struct(type.children()), array, begin, count, out);
    case TypeKind::kVoid: return;
  }
}

}  // namespace sluice::transform
