// SPDX-License-Identifier: Apache-2.0
//
// Parser of Spark's schema DDL: "id BIGINT, pos STRUCT<lat: DOUBLE, lon: DOUBLE> COMMENT 'x'".
#pragma once

#include <string_view>

#include "core/data_type.h"
#include "core/result.h"

namespace sluice::decode {

// Errors (Exit) give the position, what was expected, and the nearest type name.
Result<Schema> ParseDdl(std::string_view ddl);

}  // namespace sluice::decode
