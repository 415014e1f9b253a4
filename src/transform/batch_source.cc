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

// DuckDB reads the first column of a table if a plan needs none but the number of rows: the row number
// needs nothing of the batch. The fields of the schema follow it.
constexpr idx_t kRowNumber = 0;
constexpr idx_t kFirstField = 1;

struct ScanState {
  int64_t position = 0;
  std::vector<idx_t> columns;  // of those declared in Bind(), in the order of the output
};

void FillRowNumbers(int64_t first, int64_t count, duckdb_vector out) {
  auto* values = static_cast<int64_t*>(duckdb_vector_get_data(out));
  std::iota(values, values + count, first);
}

}  // namespace

BatchSource::BatchSource(std::shared_ptr<const Schema> schema)
    : schema_(std::move(schema)),
      requested_(schema_->fields.size(), false),
      use_(schema_->fields.size(), {.whole = true}),
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
  const std::string row = '"' + std::string(kRowNumberColumn) + '"';
  const std::string all = " AS SELECT * EXCLUDE (" + row + ")";
  SLUICE_RETURN_IF_ERROR(session.Execute("CREATE VIEW input" + all + " FROM batch_source()"));
  // At the end: the others keep their positions (#1 in SQL).
  SLUICE_RETURN_IF_ERROR(session.Execute(std::string("CREATE VIEW ") + kNumberedView + all + ", " +
                                         row + " FROM batch_source()"));
  return source;
}

void BatchSource::Point(const Columns* batch, const std::vector<size_t>& fields) {
  batch_ = batch;
  std::fill(column_of_field_.begin(), column_of_field_.end(), -1);
  for (size_t i = 0; i < fields.size(); ++i) column_of_field_[fields[i]] = static_cast<int>(i);
}

void BatchSource::Bind(duckdb_bind_info info) {
  const auto* source = static_cast<const BatchSource*>(duckdb_bind_get_extra_info(info));
  duckdb_bind_add_result_column(info, kRowNumberColumn,
                                ToDuckdbType(DataType(TypeKind::kLong)).get());
  for (const Field& field : source->schema_->fields) {
    duckdb_bind_add_result_column(info, field.name.c_str(), ToDuckdbType(field.type).get());
  }
}

void BatchSource::Init(duckdb_init_info info) {
  auto* source = static_cast<BatchSource*>(duckdb_init_get_extra_info(info));
  auto state = std::make_unique<ScanState>();
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    const idx_t column = duckdb_init_get_column_index(info, i);
    state->columns.push_back(column);
    if (column != kRowNumber) source->Request(column - kFirstField);
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
  for (size_t i = 0; i < state->columns.size(); ++i) {
    const duckdb_vector out = duckdb_data_chunk_get_vector(output, i);
    if (state->columns[i] == kRowNumber) {
      FillRowNumbers(state->position, count, out);
      continue;
    }
    const size_t field = state->columns[i] - kFirstField;
    const int column = source->column_of_field_[field];
    if (column < 0) {
      return duckdb_function_set_error(info,
                                       "the plan reads a column that it did not read at binding");
    }
    FillVector(source->schema_->fields[field].type,
               source->batch_->column(static_cast<size_t>(column)), state->position, count,
               source->use_[field], out);
  }
  state->position += count;
}

}  // namespace sluice::transform
