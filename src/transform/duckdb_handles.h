// SPDX-License-Identifier: Apache-2.0
//
// Owners of DuckDB's C handles. For the .cc files of this folder only: it brings DuckDB's header.
#pragma once

#include <duckdb.h>

#include <memory>
#include <string>
#include <type_traits>

namespace sluice::transform {

// A unique_ptr over an opaque handle that is destroyed through a pointer to itself.
template <typename Handle, auto destroy>
struct HandleDeleter {
  using pointer = Handle;
  void operator()(Handle handle) const { destroy(&handle); }
};
template <typename Handle, auto destroy>
using OwnedHandle = std::unique_ptr<std::remove_pointer_t<Handle>, HandleDeleter<Handle, destroy>>;

using OwnedDatabase = OwnedHandle<duckdb_database, duckdb_close>;
using OwnedConnection = OwnedHandle<duckdb_connection, duckdb_disconnect>;
using OwnedConfig = OwnedHandle<duckdb_config, duckdb_destroy_config>;
using OwnedType = OwnedHandle<duckdb_logical_type, duckdb_destroy_logical_type>;
using OwnedStatement = OwnedHandle<duckdb_prepared_statement, duckdb_destroy_prepare>;
using OwnedChunk = OwnedHandle<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using OwnedTableFunction = OwnedHandle<duckdb_table_function, duckdb_destroy_table_function>;
using OwnedScalarFunction = OwnedHandle<duckdb_scalar_function, duckdb_destroy_scalar_function>;
using OwnedFunctionSet =
    OwnedHandle<duckdb_scalar_function_set, duckdb_destroy_scalar_function_set>;
using OwnedCastFunction = OwnedHandle<duckdb_cast_function, duckdb_destroy_cast_function>;

// The result of a query; duckdb_result is a struct, not a handle.
class QueryResult {
 public:
  QueryResult() = default;
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;
  ~QueryResult() { duckdb_destroy_result(&result_); }

  duckdb_result* get() { return &result_; }
  // Null when the result is drained, or failed: look at error() then.
  OwnedChunk Fetch() { return OwnedChunk(duckdb_fetch_chunk(result_)); }
  const char* error() { return duckdb_result_error(&result_); }

 private:
  duckdb_result result_{};
};

// A text that DuckDB allocated.
inline std::string TakeText(char* text) {
  std::string copy = text ? text : "";
  duckdb_free(text);
  return copy;
}

}  // namespace sluice::transform
