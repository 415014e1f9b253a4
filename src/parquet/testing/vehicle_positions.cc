// SPDX-License-Identifier: Apache-2.0
#include "parquet/testing/vehicle_positions.h"

#include <fmt/format.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace sluice::parquet {

namespace {

constexpr int64_t kVehicles = 2000;

// Buffers of one column under construction, and then their owner.
struct Column {
  std::vector<uint8_t> validity;
  std::vector<int32_t> offsets{0};
  std::string data;
  ArrowArray array{};
  const void* buffers[3] = {};
};

struct Rows {
  std::vector<Column> columns;
  std::vector<ArrowArray*> children;
  const void* validity = nullptr;
};

uint64_t Random(uint64_t seed) {
  seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9ULL;
  seed = (seed ^ seed >> 27) * 0x94d049bb133111ebULL;
  return seed ^ seed >> 31;
}

template <typename T>
void Append(Column& column, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  column.data.append(bytes, sizeof(T));
}

void AppendText(Column& column, const std::string& text) {
  column.data += text;
  column.offsets.push_back(static_cast<int32_t>(column.data.size()));
}

void AppendNull(Column& column, int64_t row, bool null) {
  if (row % 8 == 0) column.validity.push_back(0xff);
  if (!null) return;
  column.validity.back() &= static_cast<uint8_t>(~(1U << (row % 8)));
  ++column.array.null_count;
}

// Appends one row; columns in schema order.
void AppendRow(std::vector<Column>& c, int64_t row, int64_t i) {
  static constexpr const char* kStatus[] = {"IN_TRANSIT_TO", "STOPPED_AT", "INCOMING_AT"};
  const int64_t v = i % kVehicles;
  const uint64_t fixed = Random(static_cast<uint64_t>(v));
  const int64_t now = 1'668'615'191 + i / 100;
  size_t n = 0;
  AppendText(c[n++], fmt::format("y{}", 1000 + v));
  AppendText(c[n++], fmt::format("{}-{:04}", 53'000'000 + fixed % 90'000, v));
  AppendText(c[n++], fmt::format("{}", fixed % 170));
  AppendNull(c[n], row, v % 9 == 0);
  Append(c[n++], static_cast<int32_t>(fixed >> 8 & 1));
  AppendText(c[n++], v % 50 == 0 ? "20221115" : "20221116");
  AppendText(c[n++], v % 100 == 0 ? "UNSCHEDULED" : "SCHEDULED");
  AppendText(c[n++], fmt::format("y{}", 1000 + v));
  AppendText(c[n++], fmt::format("{}", 1000 + v));
  Append(c[n++], static_cast<double>(42'300'000 + i * 7919 % 100'000) * 1e-6);
  Append(c[n++], static_cast<double>(-71'100'000 - i * 104'729 % 100'000) * 1e-6);
  Append(c[n++], static_cast<double>(fixed >> 16 & 0xff) * 360 / 256);
  Append(c[n++], v % 3 == 0 ? 0.0 : static_cast<double>(fixed >> 24 & 0x3ff) / 50);
  Append(c[n++], static_cast<int32_t>(fixed >> 34 & 63));
  AppendText(c[n++], fmt::format("{}", 2000 + fixed % 5000));
  AppendText(c[n++], kStatus[v % 3]);
  Append(c[n++], now);
  Append(c[n++], now * 1'000'000 + i % 1000 * 1000);
}

void ReleaseColumn(ArrowArray* array) { array->release = nullptr; }

void ReleaseRows(ArrowArray* array) {
  delete static_cast<Rows*>(array->private_data);
  array->release = nullptr;
}

ArrowArray* Finish(Column& column, TypeKind kind, int64_t count) {
  const bool text = kind == TypeKind::kString;
  column.buffers[0] = column.array.null_count > 0 ? column.validity.data() : nullptr;
  column.buffers[1] = text ? static_cast<const void*>(column.offsets.data()) : column.data.data();
  column.buffers[2] = column.data.data();
  column.array.length = count;
  column.array.n_buffers = text ? 3 : 2;
  column.array.buffers = column.buffers;
  column.array.release = ReleaseColumn;
  return &column.array;
}

}  // namespace

Schema VehiclePositionsSchema() {
  const auto of = [](const char* name, TypeKind kind) { return Field{name, DataType(kind), true}; };
  return {{of("entity_id", TypeKind::kString), of("trip_id", TypeKind::kString),
           of("route_id", TypeKind::kString), of("direction_id", TypeKind::kInt),
           of("start_date", TypeKind::kString), of("schedule_relationship", TypeKind::kString),
           of("vehicle_id", TypeKind::kString), of("vehicle_label", TypeKind::kString),
           of("latitude", TypeKind::kDouble), of("longitude", TypeKind::kDouble),
           of("bearing", TypeKind::kDouble), of("speed", TypeKind::kDouble),
           of("current_stop_sequence", TypeKind::kInt), of("stop_id", TypeKind::kString),
           of("current_status", TypeKind::kString), of("timestamp", TypeKind::kLong),
           of("kafka_timestamp", TypeKind::kTimestamp)}};
}

Columns VehiclePositions(int64_t first, int64_t count) {
  auto schema = std::make_shared<const Schema>(VehiclePositionsSchema());
  auto* rows = new Rows{std::vector<Column>(schema->fields.size()), {}};
  for (int64_t row = 0; row < count; ++row) AppendRow(rows->columns, row, first + row);
  for (size_t i = 0; i < schema->fields.size(); ++i) {
    rows->children.push_back(Finish(rows->columns[i], schema->fields[i].type.kind(), count));
  }
  ArrowArray root{};
  root.length = count;
  root.n_buffers = 1;
  root.n_children = static_cast<int64_t>(rows->children.size());
  root.buffers = &rows->validity;
  root.children = rows->children.data();
  root.release = ReleaseRows;
  root.private_data = rows;
  return Columns(std::move(schema), root);
}

}  // namespace sluice::parquet
