// SPDX-License-Identifier: Apache-2.0
//
// Partition values: the text that the Delta log keeps and the directory that it names.
//
// Sources: Delta PROTOCOL.md "Partition Value Serialization"; Spark's ExternalCatalogUtils.escapePathName.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/columns.h"
#include "core/result.h"

namespace sluice::parquet {

// Name and text of each partition column; nullopt = null.
using PartitionValues = std::vector<std::pair<std::string, std::optional<std::string>>>;

// OK if Delta can partition by a column of this type: everything but BINARY, VOID and nested types.
Status CheckPartitionColumn(const Field& field);

// Delta's text of the value in `row`: "2026-01-31", "true", "1.50", "2026-01-31T12:00:00.000000Z".
// Null and the empty string are null. Error: Stop PARTITION_VALUE for a year beyond 1 to 9999, and for a
// text with a NUL or that is not UTF-8.
Result<std::optional<std::string>> PartitionValueText(const Field& field, const ArrowArray& array,
                                                      int64_t row);

// "a b/c" -> "a b%2Fc"
std::string EscapePathName(std::string_view text);

// "day=2026-01-31/line=__HIVE_DEFAULT_PARTITION__"; empty when there are no values.
std::string PartitionDirectory(const PartitionValues& values);

}  // namespace sluice::parquet
