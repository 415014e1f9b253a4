// SPDX-License-Identifier: Apache-2.0
#include "transform/batch_source.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "transform/duckdb_types.h"
#include "transform/input_vectors.h"

namespace sluice::transform {

namespace {

struct ScanState {
  int64_t position = 0;
  std::vector<idx_t> fields;  // of the schema, in the order of the output
};

void FillRowNumbers(int64_t first, int64_t count, duckdb_vector out) {
  auto* values = static_cast<int64_t*>(duckdb_vector_get_data(out));
  std::iota(values, values + count, first);
}

}  // namespace

BatchSource::BatchSource(std::shared_ptr<const Schema> schema)
    : schema_(std::move(schema)),
      requested_(schema_->fields.size(), false),
      column_of_field_(schema_->fields.size(), -1) {}

Result<std::unique_ptr<BatchSource>> BatchSource::Declare(DuckdbSession& session,
                                                          std::shared_ptr<const Schema> schema) {
  std::unique_ptr<BatchSource> source(new BatchSource(std::move(schema)));
  const OwnedTableFunction function(duckdb_create_table_function());
  duckdb_table_function_set_name(function.get(), "batch_source");
  duckdb_table_function_set_extra_info(function.get(), source.get(), nullptr);
  duckdb_table_function_set_bind(function.get(), Bind);
  duckdb_table_function_set_init(function.get(), Init);
  duckdb_table_function_set_function(function.get(), Scan);
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  if (duckdb_register_table_function(session.connection(), function.get()) != DuckDBSuccess) {
    return Status::Stop("SQL_ENGINE", "DuckDB refuses the table function of the input");
  }
  const std::string row(kRowNumberColumn);
  SLUICE_RETURN_IF_ERROR(
      session.Execute("CREATE VIEW input AS SELECT * EXCLUDE (" + row + ") FROM batch_source()"));
  SLUICE_RETURN_IF_ERROR(session.Execute(std::string("CREATE VIEW ") + kNumberedView +
                                         " AS SELECT * FROM batch_source()"));
  return source;
}

void BatchSource::Point(const Columns* batch, const std::vector<size_t>& fields) {
  batch_ = batch;
  std::fill(column_of_field_.begin(), column_of_field_.end(), -1);
  for (size_t i = 0; i < fields.size(); ++i) column_of_field_[fields[i]] = static_cast<int>(i);
}

void BatchSource::Bind(duckdb_bind_info info) {
  const auto* source = static_cast<const BatchSource*>(duckdb_bind_get_extra_info(info));
  for (const Field& field : source->schema_->fields) {
    duckdb_bind_add_result_column(info, field.name.c_str(), ToDuckdbType(field.type).get());
  }
  duckdb_bind_add_result_column(info, kRowNumberColumn,
                                ToDuckdbType(DataType(TypeKind::kLong)).get());
}

void BatchSource::Init(duckdb_init_info info) {
  auto* source = static_cast<BatchSource*>(duckdb_init_get_extra_info(info));
  auto state = std::make_unique<ScanState>();
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    const idx_t field = duckdb_init_get_column_index(info, i);
    state->fields.push_back(field);
    // count(*) asks for the row number, an index past the last.
    if (field < source->requested_.size()) source->requested_[field] = true;
  }
  duckdb_init_set_init_data(info, state.release(),
                            [](void* data) { delete static_cast<ScanState*>(data); });
  duckdb_init_set_max_threads(info, 1);
}

void BatchSource::Scan(duckdb_function_info info, duckdb_data_chunk output) {
  const auto* source = static_cast<const BatchSource*>(duckdb_function_get_extra_info(info));
  auto* state = static_cast<ScanState*>(duckdb_function_get_init_data(info));
  const int64_t rows = source->batch_ ? source->batch_->num_rows() - state->position : 0;
  const int64_t count = std::min(rows, static_cast<int64_t>(duckdb_vector_size()));
  duckdb_data_chunk_set_size(output, static_cast<idx_t>(count));
  if (count == 0) return;
  for (size_t i = 0; i < state->fields.size(); ++i) {
    const size_t fields = source->column_of_field_.size();
    if (state->fields[i] == fields)
      FillRowNumbers(state->position, count, duckdb_data_chunk_get_vector(output, i));
    if (state->fields[i] >= fields) continue;
    const int column = source->column_of_field_[state->fields[i]];
    if (column < 0) {
      return duckdb_function_set_error(info,
                                       "the plan reads a column that it did not read at binding");
    }
    FillVector(source->schema_->fields[state->fields[i]].type,
               source->batch_->column(static_cast<size_t>(column)), state->position, count,
               duckdb_data_chunk_get_vector(output, i));
  }
  state->position += count;
}

}  // namespace sluice::transform
