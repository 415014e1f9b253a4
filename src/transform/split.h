// SPDX-License-Identifier: Apache-2.0
//
// Statements that compute a few columns and filter, and take most columns as they are: DuckDB computes
// and filters and gives the numbers of the rows that stay; the other columns never pass through it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/columns.h"
#include "core/result.h"
#include "transform/column_use.h"
#include "transform/plan.h"
#include "transform/projection.h"
#include "transform/statement.h"

namespace sluice::transform {

struct Split {
  // Result column: picked from the batch, or the next of the computed ones.
  std::vector<std::optional<PickedColumn>> columns;
  // The computed columns, and then, if it filters, the row number.
  std::string sql;
  std::vector<ColumnUse> use;  // what of each column of the input `sql` reads
  bool filtered = false;
};

// Nothing if the statement is not of that kind, or picks nothing. The paths of picked columns start in
// the input; `output` is the statement's result type.
Result<std::optional<Split>> PlanSplit(DuckdbSession& session, const Statement& statement,
                                       const Plan& plan, const Schema& input, const Schema& output);

// The columns of `output`: picked ones out of `batch`, at the rows that `computed` (a result of the split
// statement) stands for, computed ones out of `computed`. `first_row` is the batch's row of the first one
// if the statement does not filter. `batch` is emptied when all of its rows are taken at once: then
// nothing of it is copied.
Columns JoinSplit(const Split& split, Columns* batch, Columns computed, int64_t first_row,
                  std::shared_ptr<const Schema> output);

}  // namespace sluice::transform
