// SPDX-License-Identifier: Apache-2.0
//
// Functions of Spark that DuckDB lacks, or spells or means otherwise, as macros: docs/sql.md lists them.
#pragma once

#include <string_view>
#include <vector>

namespace sluice::transform {

// One CREATE statement each, in the order to run them, for a session in UTC or in another zone.
std::vector<const char*> SparkMacros(bool utc);

// Of these, the ones that a statement can call: declaring all takes most of a session's start.
std::vector<const char*> SparkMacrosFor(std::string_view sql, bool utc);

}  // namespace sluice::transform
