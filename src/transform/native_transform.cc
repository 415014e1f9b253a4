// SPDX-License-Identifier: Apache-2.0
#include "transform/native_transform.h"

#include <utility>

#include "transform/sql_error.h"
#include "transform/widening.h"

namespace sluice::transform {

Result<std::unique_ptr<Transform>> NativeTransform::PassThrough(
    const std::vector<std::string>& names, const Schema& input) {
  std::vector<std::string> all;
  for (const Field& field : input.fields) all.push_back(field.name);
  Projection projection;
  Schema output;
  for (const std::string& name : names.empty() ? all : names) {
    const int index = input.Find(name);
    if (index < 0) {
      const std::vector<std::string> near = NearestNames(name, all);
      return Status::Exit("UNKNOWN_COLUMN",
                          "there is no column \"" + name + "\" in the input" +
                              (near.empty() ? "" : "; nearest: \"" + near[0] + "\""));
    }
    const Field& field = input.fields[static_cast<size_t>(index)];
    projection.columns.push_back({{index}, field.type});
    output.fields.push_back(field);
  }
  return std::unique_ptr<Transform>(std::make_unique<NativeTransform>(
      projection, input, std::make_shared<const Schema>(std::move(output))));
}

NativeTransform::NativeTransform(const Projection& projection, const Schema& input,
                                 std::shared_ptr<const Schema> output)
    : output_schema_(std::move(output)), projection_(projection) {
  std::vector<bool> used(input.fields.size(), false);
  for (const PickedColumn& column : projection_.columns)
    used[static_cast<size_t>(column.path[0])] = true;
  std::vector<int> position(used.size(), -1);
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    position[i] = static_cast<int>(used_inputs_.size());
    used_inputs_.push_back(input.fields[i].name);
  }
  for (PickedColumn& column : projection_.columns) {
    column.path[0] = position[static_cast<size_t>(column.path[0])];
  }
}

Result<std::vector<Columns>> NativeTransform::Run(Columns in, const TransformContext&) {
  if (in.num_columns() != used_inputs_.size()) {
    return Status::Stop("SQL_INPUT", "the statement reads " + std::to_string(used_inputs_.size()) +
                                         " columns and was given " +
                                         std::to_string(in.num_columns()));
  }
  std::vector<ColumnPath> paths;
  for (const PickedColumn& column : projection_.columns) paths.push_back(column.path);
  ArrowArray root = Project(std::move(in), paths, output_schema_).Take();
  for (size_t i = 0; i < paths.size(); ++i) {
    const DataType& source = projection_.columns[i].source;
    const DataType& wanted = output_schema_->fields[i].type;
    if (SameType(source, wanted)) continue;
    ArrowArray& column = *root.children[i];
    const ArrowArray widened = Widen(source, column, wanted);
    column.release(&column);
    column = widened;
  }
  std::vector<Columns> out;
  out.emplace_back(output_schema_, root);
  return out;
}

}  // namespace sluice::transform
