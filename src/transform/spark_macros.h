// SPDX-License-Identifier: Apache-2.0
//
// Functions of Spark that DuckDB lacks, or spells or means otherwise, as macros: docs/sql.md lists them.
#pragma once

#include <vector>

namespace sluice::transform {

// One CREATE statement each, in the order to run them, for a session in UTC or in another zone.
std::vector<const char*> SparkMacros(bool utc);

}  // namespace sluice::transform
