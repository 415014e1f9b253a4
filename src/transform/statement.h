// SPDX-License-Identifier: Apache-2.0
//
// The user's SQL as DuckDB's own parser reads it: the gate that lets exactly one SELECT over `input`
// through, and the small changes that give Spark's meaning to Spark's type names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/data_type.h"
#include "core/result.h"
#include "transform/duckdb_session.h"

namespace sluice::transform {

struct Statement {
  std::string text;  // the user's SQL, `quoted` names as "quoted" ones; positions are the user's
  std::string tree;  // DuckDB's parse tree of it as JSON (json_serialize_sql), changed as below
  // The tree as SQL: equal to the user's statement but for what was changed.
  std::string canonical_text;
  bool changed = false;  // canonical_text means something else than text
  bool filters = false;  // it has a WHERE
  bool names_ntz =
      false;  // TIMESTAMP_NTZ is spelled out somewhere, or to_timestamp_ntz() is called
  // Names that Spark gives to unnamed result columns and DuckDB does not (CAST(a AS INT) is "a"), by
  // position; empty where DuckDB's name stands.
  std::vector<std::string> spark_names;
};

struct StatementRules {
  bool try_casts = false;           // every CAST that is written out becomes a TRY_CAST
  const Schema* columns = nullptr;  // of the input, for advice on reserved words
};

// Exit errors, with line and column: a syntax error; not exactly one SELECT; tables other than `input`
// and the statement's own WITH, which may not take the name of another table or be recursive; table
// functions that reach beyond the batch; parameters; functions that look at or leave traces in the engine;
// from_json, which is the decoder's.
//
// Changed for Spark: the type TIMESTAMP is DuckDB's TIMESTAMP WITH TIME ZONE, TIMESTAMP_NTZ its
// TIMESTAMP, BYTE its TINYINT; concat(a, b) is a || b; transform(list, lambda) is list_transform();
// a CAST to STRING prints instants as Spark does; datetime patterns are translated.
Result<Statement> ParseStatement(DuckdbSession& session, const std::string& sql,
                                 const StatementRules& rules);

}  // namespace sluice::transform
