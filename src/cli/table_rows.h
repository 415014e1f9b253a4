// SPDX-License-Identifier: Apache-2.0
//
// The first rows of a table as its readers see them: the columns of the data files, and those that
// stand in the log (partition values) or in no file yet (added later: NULL), in the table's order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/columns.h"
#include "core/data_file.h"
#include "core/result.h"
#include "delta/log_reader.h"
#include "delta/table.h"

namespace sluice::cli {

// For printing: whole numbers of partition columns are BIGINT, all other partition values STRING.
// Errors: those of the files, and Stop UNSUPPORTED_FEATURE for a file with deleted rows.
Result<std::vector<Columns>> ReadFirstRows(const delta::TableContent& table, int64_t limit);

// The rows of one file completed to the table's columns.
Columns CompleteRows(Columns rows, const DataFile& file, const delta::TableInfo& info);

}  // namespace sluice::cli
