// SPDX-License-Identifier: Apache-2.0
//
// The text of version 0, as Spark would write it for a table without features: the kernel can make
// tables of protocol (3,7) only, which Delta 2.4 could read but older readers could not.
#pragma once

#include <cstdint>
#include <string>

#include "delta/table.h"

namespace sluice::delta {

struct FirstVersion {
  std::string table_id;
  std::string txn_id;
  std::string engine_info;
  int64_t now_ms = 0;
};

// Newline-delimited commitInfo, protocol, metaData. Protocol (1,2); (3,7) with the feature timestampNtz
// if a column asks for it. Errors: Exit BAD_TABLE for a schema or partitioning that no table can have,
// and for a property that would need more than (1,2).
Result<std::string> WriteFirstVersion(const CreateRequest& request, const FirstVersion& version);

}  // namespace sluice::delta
