// SPDX-License-Identifier: Apache-2.0
#include "parquet/stats_collector.h"

#include <arrow/array.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "parquet/delta_stats.h"
#include "parquet/portable_text.h"

namespace sluice::parquet {

namespace pq = ::parquet;

namespace {

bool HasBounds(TypeKind kind) {
  return kind != TypeKind::kBoolean && kind != TypeKind::kBinary && kind != TypeKind::kArray &&
         kind != TypeKind::kMap && kind != TypeKind::kVoid;
}

std::shared_ptr<arrow::Array> ArrayAt(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                                      const ColumnPath& position) {
  std::shared_ptr<arrow::Array> array = columns[static_cast<size_t>(position[0])];
  for (size_t i = 1; i < position.size(); ++i) {
    array = static_cast<const arrow::StructArray&>(*array).field(position[i]);
  }
  return array;
}

std::vector<std::string> Names(const Schema& schema, const ColumnPath& position) {
  std::vector<std::string> names;
  const std::vector<Field>* fields = &schema.fields;
  for (const int index : position) {
    const Field& field = (*fields)[static_cast<size_t>(index)];
    names.push_back(field.name);
    fields = &field.type.children();
  }
  return names;
}

struct OddValues {
  bool nan = false;
  bool negative_zero = false;
};

// Whether any slot holds NaN or -0.0; nulls are not looked at, so that the loop stays free of branches.
template <typename Bits>
bool MayHaveOddValues(const Bits* values, int64_t count) {
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  constexpr Bits kInfinity =
      sizeof(Bits) == 8 ? static_cast<Bits>(0x7ff0000000000000ULL) : 0x7f800000U;
  Bits found = 0;
  for (int64_t i = 0; i < count; ++i) {
    found |=
        static_cast<Bits>((values[i] & ~kSign) > kInfinity) | static_cast<Bits>(values[i] == kSign);
  }
  return found != 0;
}

template <typename Floats, typename Bits>
OddValues FindOddValues(const arrow::Array& array) {
  const auto& floats = static_cast<const Floats&>(array);
  const auto* values = floats.raw_values();
  OddValues found;
  if (!MayHaveOddValues(reinterpret_cast<const Bits*>(values), array.length())) return found;
  for (int64_t i = 0; i < array.length(); ++i) {
    if (array.IsNull(i)) continue;
    found.nan |= std::isnan(values[i]);
    found.negative_zero |= values[i] == 0 && std::signbit(values[i]);
  }
  return found;
}

OddValues OddValuesOf(TypeKind kind, const arrow::Array& array) {
  if (kind == TypeKind::kDouble) return FindOddValues<arrow::DoubleArray, uint64_t>(array);
  if (kind == TypeKind::kFloat) return FindOddValues<arrow::FloatArray, uint32_t>(array);
  return {};
}

// Least and greatest value of a column over all row groups; none if a row group does not tell them.
template <typename Typed, typename Value, typename Extract, typename Less>
std::optional<std::pair<Value, Value>> Bounds(const pq::FileMetaData& footer, int column,
                                              Extract extract, Less less) {
  std::optional<std::pair<Value, Value>> bounds;
  for (int group = 0; group < footer.num_row_groups(); ++group) {
    const auto chunk = footer.RowGroup(group)->ColumnChunk(column);
    const auto statistics = std::static_pointer_cast<Typed>(chunk->statistics());
    if (!statistics) return std::nullopt;
    if (!statistics->HasMinMax()) {
      if (statistics->HasNullCount() && statistics->null_count() == chunk->num_values()) continue;
      return std::nullopt;
    }
    const Value min = extract(statistics->min());
    const Value max = extract(statistics->max());
    if (!bounds) {
      bounds.emplace(min, max);
      continue;
    }
    if (less(min, bounds->first)) bounds->first = min;
    if (less(bounds->second, max)) bounds->second = max;
  }
  return bounds;
}

template <typename Typed, typename Value>
std::optional<std::pair<Value, Value>> NumberBounds(const pq::FileMetaData& footer, int column) {
  return Bounds<Typed, Value>(
      footer, column, [](auto value) { return static_cast<Value>(value); }, std::less<Value>());
}

__int128 FromBigEndian(const uint8_t* bytes, int size) {
  unsigned __int128 value = (bytes[0] & 0x80) != 0 ? ~static_cast<unsigned __int128>(0) : 0;
  for (int i = 0; i < size; ++i) value = value << 8 | bytes[i];
  return static_cast<__int128>(value);
}

std::optional<std::pair<__int128, __int128>> DecimalBounds(const pq::FileMetaData& footer,
                                                           int column) {
  const pq::ColumnDescriptor& described = *footer.schema()->Column(column);
  switch (described.physical_type()) {
    case pq::Type::INT32: return NumberBounds<pq::Int32Statistics, __int128>(footer, column);
    case pq::Type::INT64: return NumberBounds<pq::Int64Statistics, __int128>(footer, column);
    default: break;
  }
  const int size = described.type_length();
  return Bounds<pq::FLBAStatistics, __int128>(
      footer, column, [size](const pq::FLBA& value) { return FromBigEndian(value.ptr, size); },
      std::less<__int128>());
}

std::optional<std::string> Quoted(const std::optional<std::string>& text, const char* suffix = "") {
  return text ? std::optional(JsonString(*text + suffix)) : std::nullopt;
}

// Cut down to milliseconds, as Delta does; its readers add one to the greatest.
std::optional<std::string> Milliseconds(int64_t micros) {
  std::optional<std::string> text = PortableTimestamp(micros);
  if (text) text->resize(text->size() - 3);
  return text;
}

// Sets both bounds by `text_of`, which gives the JSON text of one.
template <typename Value, typename TextOf>
void SetBounds(const std::optional<std::pair<Value, Value>>& bounds, TextOf text_of,
               ColumnStats& stats) {
  if (!bounds) return;
  stats.min_json = text_of(bounds->first);
  stats.max_json = text_of(bounds->second);
}

void SetStringBounds(const pq::FileMetaData& footer, int column, ColumnStats& stats) {
  const auto bounds = Bounds<pq::ByteArrayStatistics, std::string>(
      footer, column,
      [](const pq::ByteArray& value) {
        return std::string(reinterpret_cast<const char*>(value.ptr), value.len);
      },
      std::less<std::string>());
  if (!bounds) return;
  stats.min_json = Quoted(LowerBound(bounds->first));
  stats.max_json = Quoted(UpperBound(bounds->second));
}

// JSON has no infinities, and Parquet writes a least 0 as -0.0 whatever the data hold.
template <typename Typed, typename Value, typename TextOf>
void SetFloatBounds(const pq::FileMetaData& footer, int column, bool has_negative_zero,
                    TextOf text_of, ColumnStats& stats) {
  const auto bounds = NumberBounds<Typed, Value>(footer, column);
  if (!bounds) return;
  const Value min = bounds->first == 0 && !has_negative_zero ? Value{0} : bounds->first;
  if (std::isfinite(min)) stats.min_json = text_of(min);
  if (std::isfinite(bounds->second)) stats.max_json = text_of(bounds->second);
}

void SetColumnBounds(const DataType& type, bool has_negative_zero, const pq::FileMetaData& footer,
                     int column, ColumnStats& stats) {
  switch (type.kind()) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInt:
      return SetBounds(
          NumberBounds<pq::Int32Statistics, int32_t>(footer, column),
          [](int32_t value) { return std::to_string(value); }, stats);
    case TypeKind::kLong:
      return SetBounds(
          NumberBounds<pq::Int64Statistics, int64_t>(footer, column),
          [](int64_t value) { return std::to_string(value); }, stats);
    case TypeKind::kFloat:
      return SetFloatBounds<pq::FloatStatistics, float>(footer, column, has_negative_zero,
                                                        FloatText, stats);
    case TypeKind::kDouble:
      return SetFloatBounds<pq::DoubleStatistics, double>(footer, column, has_negative_zero,
                                                          DoubleText, stats);
    case TypeKind::kDecimal:
      return SetBounds(
          DecimalBounds(footer, column),
          [&](__int128 value) { return DecimalText(value, type.scale()); }, stats);
    case TypeKind::kDate:
      return SetBounds(
          NumberBounds<pq::Int32Statistics, int32_t>(footer, column),
          [](int32_t value) { return Quoted(PortableDate(value)); }, stats);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: {
      const char* zone = type.kind() == TypeKind::kTimestamp ? "Z" : "";
      return SetBounds(
          NumberBounds<pq::Int64Statistics, int64_t>(footer, column),
          [&](int64_t value) { return Quoted(Milliseconds(value), zone); }, stats);
    }
    case TypeKind::kString: return SetStringBounds(footer, column, stats);
    default: return;
  }
}

}  // namespace

StatsCollector::StatsCollector(const Schema& schema,
                               const std::optional<std::vector<std::vector<std::string>>>& wanted) {
  int footer_column = 0;
  AddColumns(schema.fields, {}, footer_column);
  if (wanted) KeepOnly(schema, *wanted);
}

void StatsCollector::KeepOnly(const Schema& schema,
                              const std::vector<std::vector<std::string>>& wanted) {
  const std::set<std::vector<std::string>> paths(wanted.begin(), wanted.end());
  for (Column& column : columns_) column.wanted = paths.contains(Names(schema, column.position));
}

void StatsCollector::AddColumns(const std::vector<Field>& fields, const ColumnPath& parent,
                                int& footer_column) {
  for (size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    ColumnPath position = parent;
    position.push_back(static_cast<int>(i));
    if (field.type.kind() == TypeKind::kStruct) {
      AddColumns(field.type.children(), position, footer_column);
      continue;
    }
    Column& column = columns_.emplace_back();
    column.type = field.type;
    column.position = position;
    if (HasBounds(field.type.kind())) column.footer_column = footer_column;
    footer_column += static_cast<int>(LeafColumns(Schema{{field}}).size());
  }
}

void StatsCollector::Add(const std::vector<std::shared_ptr<arrow::Array>>& columns) {
  num_records_ += columns[0]->length();
  for (Column& column : columns_) {
    if (!column.wanted) continue;
    const std::shared_ptr<arrow::Array> array = ArrayAt(columns, column.position);
    column.null_count += array->null_count();
    const OddValues odd = OddValuesOf(column.type.kind(), *array);
    column.has_nan |= odd.nan;
    column.has_negative_zero |= odd.negative_zero;
  }
}

std::string StatsCollector::Finish(const Schema& schema, const pq::FileMetaData& footer) const {
  std::vector<ColumnStats> stats;
  for (const Column& column : columns_) {
    ColumnStats& out = stats.emplace_back();
    if (!column.wanted) continue;
    out.null_count = column.null_count;
    // NaN is the greatest number to some readers and unordered to others: no bound suits both.
    if (column.footer_column < 0 || column.has_nan) continue;
    SetColumnBounds(column.type, column.has_negative_zero, footer, column.footer_column, out);
  }
  return DeltaStatsJson(schema, stats, num_records_);
}

}  // namespace sluice::parquet
