// SPDX-License-Identifier: Apache-2.0
//
// Row by row over DuckDB's flat vectors, for the functions and casts that we give it.
#pragma once

#include <string_view>

#include "transform/duckdb_handles.h"

namespace sluice::transform {

inline std::string_view TextAt(duckdb_vector vector, idx_t row) {
  auto* text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + row;
  return {duckdb_string_t_data(text), duckdb_string_t_length(*text)};
}

inline bool IsUtf8(std::string_view bytes) {
  duckdb_error_data error = duckdb_valid_utf8_check(bytes.data(), bytes.size());
  const bool valid = !error || !duckdb_error_data_has_error(error);
  duckdb_destroy_error_data(&error);
  return valid;
}

inline void SetNull(duckdb_vector vector, idx_t row) {
  duckdb_vector_ensure_validity_writable(vector);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

// Calls convert(row), which says whether it went well, for each row that is not NULL; the others stay
// NULL. False if any call was.
template <typename Convert>
bool ForEachValid(idx_t count, duckdb_vector input, duckdb_vector output, Convert convert) {
  uint64_t* valid = duckdb_vector_get_validity(input);
  bool all = true;
  for (idx_t row = 0; row < count; ++row) {
    if (valid && !duckdb_validity_row_is_valid(valid, row)) {
      SetNull(output, row);
    } else {
      all = convert(row) && all;
    }
  }
  return all;
}

}  // namespace sluice::transform
