// SPDX-License-Identifier: Apache-2.0
//
// How large a table is, from the newest checksum in its log: one small file, whatever the table's size.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/ids.h"

namespace sluice::delta {

struct TableSize {
  TableVersion version;
  int64_t files = 0;
  int64_t bytes = 0;
};

// Null if the log has no checksum that can be read.
//
// Source: Delta PROTOCOL.md, "Version Checksum File".
std::optional<TableSize> ReadTableSize(const std::string& path);

}  // namespace sluice::delta
