// SPDX-License-Identifier: Apache-2.0
//
// What of each column of the input a statement reads: of a struct perhaps a few fields. The others need
// not be given to DuckDB.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/data_type.h"

namespace sluice::transform {

struct ColumnUse {
  bool whole = false;
  std::vector<ColumnUse> fields = {};  // of a STRUCT, where not the whole is read; none: nothing is

  bool none() const { return !whole && fields.empty(); }
};

// One for each column of `input`, by the column references in a part of a parse tree whose only table is
// the input under the name `table`. Whatever is not surely a path counts for all columns: too much may be
// found to be read, never too little.
std::vector<ColumnUse> FindUse(const nlohmann::ordered_json& tree, const std::string& table,
                               const Schema& input);

}  // namespace sluice::transform
