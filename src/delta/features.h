// SPDX-License-Identifier: Apache-2.0
//
// Which tables Sluice may append to, and whose rows it can show: a feature whose promise it cannot keep
// is refused by its name.
// Source: Delta PROTOCOL.md, "Table Features" and "Requirements for Writers".
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "delta/bridge.h"

namespace sluice::delta {

// OK, or Stop UNSUPPORTED_FEATURE with every reason.
Status CheckAppendable(const std::string& path, const SnapshotInfo& info);

// OK, or Stop UNSUPPORTED_FEATURE for a table whose columns stand in its files under other names.
Status CheckShowable(const std::string& path, const SnapshotInfo& info);

// Properties that deserve a word at the start, one line each.
std::vector<std::string> ListPropertyWarnings(const SnapshotInfo& info);

}  // namespace sluice::delta
