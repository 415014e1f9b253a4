// SPDX-License-Identifier: Apache-2.0
#include "transform/testing/sql_run.h"

#include <utility>

#include "core/columns_json.h"

namespace sluice::transform {

Columns PickUsed(Columns batch, const Transform& transform) {
  std::vector<ColumnPath> paths;
  Schema schema;
  for (const std::string& name : transform.used_inputs()) {
    const int index = batch.schema().Find(name);
    paths.push_back({index});
    schema.fields.push_back(batch.schema().fields[static_cast<size_t>(index)]);
  }
  return Project(std::move(batch), paths, std::make_shared<const Schema>(std::move(schema)));
}

std::string ToJsonLines(const std::vector<Columns>& batches) {
  std::string lines;
  for (const Columns& batch : batches) {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      AppendRowJson(batch, row, &lines);
      lines += '\n';
    }
  }
  return lines;
}

namespace {

bool ValidAt(const ArrowArray& array, int64_t row) {
  if (array.null_count == 0 || array.n_buffers == 0) return array.n_buffers > 0;
  return (static_cast<const uint8_t*>(array.buffers[0])[row / 8] >> (row % 8)) & 1;
}

std::string Broken(const DataType& type, const ArrowArray& array, const std::string& name) {
  if (array.offset != 0) return name + ": offset " + std::to_string(array.offset);
  int64_t nulls = 0;
  for (int64_t row = 0; row < array.length; ++row) nulls += ValidAt(array, row) ? 0 : 1;
  if (nulls != array.null_count) return name + ": null_count is not exact";
  for (int64_t i = 0; i < array.n_children; ++i) {
    const ArrowArray& child = *array.children[i];
    const bool map = type.kind() == TypeKind::kMap;
    const DataType child_type =
        map ? DataType::Struct(type.children()) : type.children()[static_cast<size_t>(i)].type;
    for (int64_t row = 0; type.kind() == TypeKind::kStruct && row < array.length; ++row) {
      if (!ValidAt(array, row) && ValidAt(child, row))
        return name + ": a NULL struct holds a value";
    }
    const std::string broken = Broken(child_type, child, name + "." + std::to_string(i));
    if (!broken.empty()) return broken;
  }
  return "";
}

}  // namespace

std::string BrokenInvariant(const Columns& columns) {
  for (size_t i = 0; i < columns.num_columns(); ++i) {
    const Field& field = columns.schema().fields[i];
    if (columns.column(i).length != columns.num_rows()) return field.name + ": length";
    const std::string broken = Broken(field.type, columns.column(i), field.name);
    if (!broken.empty()) return broken;
  }
  return "";
}

std::string RunSql(const std::string& sql, Columns batch, int64_t batch_timestamp_ms) {
  return RunWith(TransformOptions{.sql = sql}, std::move(batch), batch_timestamp_ms);
}

std::string RunWith(const TransformOptions& options, Columns batch, int64_t batch_timestamp_ms) {
  const auto transform = Transform::Make(options, batch.schema());
  if (!transform.ok()) return transform.status().ToString();
  const auto out = (*transform)->Run(PickUsed(std::move(batch), **transform), {batch_timestamp_ms});
  return out.ok() ? ToJsonLines(*out) : out.status().ToString();
}

}  // namespace sluice::transform
