// SPDX-License-Identifier: Apache-2.0
//
// What DuckDB is going to do for a statement, by the operators of its plan.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "transform/duckdb_session.h"

namespace sluice::transform {

class Plan {
 public:
  // EXPLAINs a statement that binds.
  static Result<Plan> Explain(DuckdbSession& session, const std::string& sql);

  // Each row of the result comes from one row of the input, in its order: nothing but projections and a
  // filter over one scan.
  bool is_row_by_row() const;
  bool has_filter() const { return Has("FILTER"); }
  // What a user should know before the first batch.
  std::vector<std::string> Warnings() const;

 private:
  bool Has(const std::string& part) const;

  std::vector<std::string> operators_;
};

}  // namespace sluice::transform
