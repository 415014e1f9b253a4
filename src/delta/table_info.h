// SPDX-License-Identifier: Apache-2.0
//
// What a snapshot says of its table, as the rest of the program sees it.
#pragma once

#include "core/result.h"
#include "delta/bridge.h"
#include "delta/table.h"

namespace sluice::delta {

// Errors: those of ParseSchemaJson, with the table's path.
Result<TableInfo> ToTableInfo(const std::string& path, const SnapshotInfo& raw);

}  // namespace sluice::delta
