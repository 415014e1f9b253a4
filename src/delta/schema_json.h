// SPDX-License-Identifier: Apache-2.0
//
// Spark's JSON of a schema, as metaData.schemaString holds it.
// Source: Delta PROTOCOL.md, "Schema Serialization Format".
#pragma once

#include <string>
#include <vector>

#include "core/data_type.h"
#include "core/result.h"

namespace sluice::delta {

// Errors: Stop UNSUPPORTED_FEATURE for a type that Sluice does not have, TABLE_LOG.UNREADABLE for text
// that is no schema.
Result<Schema> ParseSchemaJson(const std::string& json);

// {"type":"struct","fields":[..]} with empty metadata. `all_nullable`: as Spark makes a table, whatever
// the fields say, at every level.
std::string ToSchemaJson(const Schema& schema, bool all_nullable);
// {"name":..,"type":..,"nullable":true,"metadata":{}}
std::string ToNullableFieldJson(const Field& field);

// Rules that columns of this schema carry and that a writer would have to enforce, one readable line
// each ("column `n.x` is NOT NULL"); empty for a plain schema.
std::vector<std::string> ListColumnRules(const std::string& json);

// The kind occurs somewhere in the schema.
bool Contains(const Schema& schema, TypeKind kind);

}  // namespace sluice::delta
