// SPDX-License-Identifier: Apache-2.0
//
// Spark's types in DuckDB and back. TIMESTAMP is TIMESTAMP WITH TIME ZONE there, TIMESTAMP_NTZ is
// DuckDB's TIMESTAMP; all others have one counterpart.
#pragma once

#include <string>

#include "core/data_type.h"
#include "core/result.h"
#include "transform/duckdb_handles.h"

namespace sluice::transform {

// VOID columns are VARCHAR there, all NULL.
OwnedType ToDuckdbType(const DataType& type);

// What becomes of a result column.
struct ResultType {
  DataType type;
  // DuckDB's name of the type that the column must be cast to first; empty: it is as it should be.
  std::string cast;
};

struct ResultTypeRules {
  // DuckDB's TIMESTAMP in a result is TIMESTAMP_NTZ, else Spark's TIMESTAMP.
  bool keep_ntz = false;
  // A TIMESTAMP without zone is the same number as one with, so none needs a cast.
  bool utc = true;
};

// Exit error for a type that no Spark type can hold (TIME, INTERVAL, BIT ...).
Result<ResultType> FromDuckdbType(duckdb_logical_type type, const ResultTypeRules& rules);

// DuckDB's name of a type that has a Spark type: "DECIMAL(10,2)", "STRUCT(\"a\" BIGINT)[]".
std::string DuckdbTypeName(const DataType& type);

std::string QuoteIdentifier(const std::string& name);

}  // namespace sluice::transform
