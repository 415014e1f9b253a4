// SPDX-License-Identifier: Apache-2.0
//
// The files of a table's log that hold a commit each.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/result.h"
#include "delta/bridge.h"

namespace sluice::delta {

// 42 -> "_delta_log/00000000000000000042.json"
std::string CommitFile(TableVersion version);
// The way back; nothing for another file.
std::optional<TableVersion> CommitVersion(std::string_view path);

// Of the commits whose files are there, newest first; `limit` 0: all. Errors: those of Bridge::ListLog.
Result<std::vector<TableVersion>> NewestCommits(Bridge& bridge, size_t limit);

}  // namespace sluice::delta
