// SPDX-License-Identifier: Apache-2.0
//
// Recognises, in DuckDB's own parse tree, a statement that only picks, renames, reorders or widens.
#pragma once

#include <optional>
#include <vector>

#include "core/columns.h"
#include "core/data_type.h"
#include "transform/statement.h"

namespace sluice::transform {

// One result column: a column of the input or a field nested in it, as it is or widened.
struct PickedColumn {
  ColumnPath path;  // from the root of the input
  DataType source;
};

struct Projection {
  std::vector<PickedColumn> columns;
};

// One result column of a SELECT over `input` alone.
struct SelectItem {
  size_t index;                        // in the tree's select_list; those of a star share one
  std::optional<PickedColumn> picked;  // nothing: it has to be computed
};

// The result columns of a statement SELECT ... FROM input [WHERE ...]; nothing for any other statement,
// or if their number is not known from the tree.
std::optional<std::vector<SelectItem>> ClassifySelectList(const Statement& statement,
                                                          const Schema& input);

// The projection that the statement is, if it is one whose result of type `output` (what DuckDB would
// give) can be made without it; else nothing.
std::optional<Projection> RecognizeProjection(const Statement& statement, const Schema& input,
                                              const Schema& output);

}  // namespace sluice::transform
