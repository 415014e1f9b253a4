// SPDX-License-Identifier: Apache-2.0
//
// What the names of a column reference mean: a column of the input, perhaps with the table's name before
// it, and fields of structs behind it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/data_type.h"

namespace sluice::transform {

// Index of the only field of that name (ignoring case), else -1.
int FindOnly(const std::vector<Field>& fields, const std::string& name);

struct NamedColumn {
  int column;
  size_t next;  // the first of the names that is behind it
};

// Nothing: no column, or the table and a column too (`t.a`), where DuckDB decides. `table`: the input's name.
std::optional<NamedColumn> FindColumn(const std::vector<std::string>& names,
                                      const std::string& table, const Schema& input);

}  // namespace sluice::transform
