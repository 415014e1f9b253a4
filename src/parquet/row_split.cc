// SPDX-License-Identifier: Apache-2.0
#include "parquet/row_split.h"

#include <cmath>
#include <cstring>

namespace sluice::parquet {

namespace {

bool BitAt(const void* bits, int64_t row) {
  return (static_cast<const uint8_t*>(bits)[row / 8] >> (row % 8) & 1) != 0;
}

// changed[i] = 1 where row i differs from row i - 1 as stored; equal values may be found to differ
// (two spellings of NaN), which costs a second look at the key and nothing else.
using Changes = std::vector<uint8_t>;

template <typename T>
void MarkFixed(const ArrowArray& array, Changes& changed) {
  const auto* values = static_cast<const char*>(array.buffers[1]);
  for (size_t i = 1; i < changed.size(); ++i) {
    changed[i] |= std::memcmp(values + (i - 1) * sizeof(T), values + i * sizeof(T), sizeof(T)) != 0;
  }
}

void MarkBooleans(const ArrowArray& array, Changes& changed) {
  for (size_t i = 1; i < changed.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    changed[i] |= BitAt(array.buffers[1], row) != BitAt(array.buffers[1], row - 1);
  }
}

void MarkStrings(const ArrowArray& array, Changes& changed) {
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  const auto* bytes = static_cast<const char*>(array.buffers[2]);
  for (size_t i = 1; i < changed.size(); ++i) {
    const int32_t size = offsets[i + 1] - offsets[i];
    changed[i] |= size != offsets[i] - offsets[i - 1] ||
                  (size > 0 && std::memcmp(bytes + offsets[i - 1], bytes + offsets[i],
                                           static_cast<size_t>(size)) != 0);
  }
}

void MarkNulls(const ArrowArray& array, Changes& changed) {
  if (array.null_count == 0) return;
  for (size_t i = 1; i < changed.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    changed[i] |= BitAt(array.buffers[0], row) != BitAt(array.buffers[0], row - 1);
  }
}

void MarkChanges(TypeKind kind, const ArrowArray& array, Changes& changed) {
  MarkNulls(array, changed);
  switch (kind) {
    case TypeKind::kBoolean: return MarkBooleans(array, changed);
    case TypeKind::kByte: return MarkFixed<int8_t>(array, changed);
    case TypeKind::kShort: return MarkFixed<int16_t>(array, changed);
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate: return MarkFixed<int32_t>(array, changed);
    case TypeKind::kDecimal: return MarkFixed<__int128>(array, changed);
    case TypeKind::kString: return MarkStrings(array, changed);
    default: return MarkFixed<int64_t>(array, changed);
  }
}

template <typename Float>
void AppendFloat(const ArrowArray& array, int64_t row, std::string& key) {
  Float value = static_cast<const Float*>(array.buffers[1])[row];
  if (std::isnan(value)) value = std::numeric_limits<Float>::quiet_NaN();
  key.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void AppendFixed(const ArrowArray& array, int64_t row, size_t width, std::string& key) {
  key.append(static_cast<const char*>(array.buffers[1]) + static_cast<size_t>(row) * width, width);
}

void AppendString(const ArrowArray& array, int64_t row, std::string& key) {
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  const auto size = static_cast<size_t>(offsets[row + 1] - offsets[row]);
  key.append(reinterpret_cast<const char*>(&size), sizeof(size));
  key.append(static_cast<const char*>(array.buffers[2]) + offsets[row], size);
}

bool IsNullValue(TypeKind kind, const ArrowArray& array, int64_t row) {
  if (array.null_count > 0 && !BitAt(array.buffers[0], row)) return true;
  if (kind != TypeKind::kString) return false;
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  return offsets[row] == offsets[row + 1];
}

void AppendKey(TypeKind kind, const ArrowArray& array, int64_t row, std::string& key) {
  if (IsNullValue(kind, array, row)) {
    key += '\0';
    return;
  }
  key += '\1';
  switch (kind) {
    case TypeKind::kBoolean: key += BitAt(array.buffers[1], row) ? '\1' : '\0'; return;
    case TypeKind::kByte: return AppendFixed(array, row, 1, key);
    case TypeKind::kShort: return AppendFixed(array, row, 2, key);
    case TypeKind::kInt:
    case TypeKind::kDate: return AppendFixed(array, row, 4, key);
    case TypeKind::kFloat: return AppendFloat<float>(array, row, key);
    case TypeKind::kDouble: return AppendFloat<double>(array, row, key);
    case TypeKind::kDecimal: return AppendFixed(array, row, 16, key);
    case TypeKind::kString: return AppendString(array, row, key);
    default: return AppendFixed(array, row, 8, key);
  }
}

// Ends of the runs of equal rows.
Changes RunStarts(const Columns& columns, const std::vector<int>& partition_columns) {
  Changes changed(static_cast<size_t>(columns.num_rows()), 0);
  for (const int i : partition_columns) {
    const auto index = static_cast<size_t>(i);
    MarkChanges(columns.schema().fields[index].type.kind(), columns.column(index), changed);
  }
  return changed;
}

int64_t RunEnd(const Changes& changed, int64_t begin) {
  const void* next =
      std::memchr(changed.data() + begin + 1, 1, changed.size() - static_cast<size_t>(begin) - 1);
  return next ? static_cast<const uint8_t*>(next) - changed.data()
              : static_cast<int64_t>(changed.size());
}

void AppendRange(RowRange range, RowRanges& ranges) {
  if (!ranges.empty() && ranges.back().end == range.begin) {
    ranges.back().end = range.end;
  } else {
    ranges.push_back(range);
  }
}

}  // namespace

int64_t CountRows(const RowRanges& ranges) {
  int64_t rows = 0;
  for (const RowRange range : ranges) rows += range.size();
  return rows;
}

std::vector<PartitionRows> SplitByPartition(const Columns& columns,
                                            const std::vector<int>& partition_columns) {
  const Changes changed = RunStarts(columns, partition_columns);
  std::vector<PartitionRows> groups;
  std::unordered_map<std::string, size_t> group_of;
  std::string key;
  for (int64_t begin = 0; begin < columns.num_rows();) {
    const int64_t end = RunEnd(changed, begin);
    key.clear();
    for (const int i : partition_columns) {
      const auto index = static_cast<size_t>(i);
      AppendKey(columns.schema().fields[index].type.kind(), columns.column(index), begin, key);
    }
    const auto [found, is_new] = group_of.try_emplace(key, groups.size());
    if (is_new) groups.emplace_back();
    AppendRange({begin, end}, groups[found->second].ranges);
    begin = end;
  }
  return groups;
}

}  // namespace sluice::parquet
