// SPDX-License-Identifier: Apache-2.0
//
// Spark's datetime patterns as DuckDB's.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::transform {

enum class PatternUse { kFormat, kParse };

// "yyyy-MM-dd'T'HH:mm:ss.SSS" -> "%Y-%m-%dT%H:%M:%S.%g". Exit error for letters that have no
// counterpart. Zones are formatted as UTC.
Result<std::string> TranslateDatetimePattern(std::string_view pattern, PatternUse use);

}  // namespace sluice::transform
