// SPDX-License-Identifier: Apache-2.0
//
// Which files of a log have expired. Source: Delta PROTOCOL.md, "Metadata Cleanup": nothing younger
// than the retention (counted to midnight UTC) goes, and the newest checkpoint older than that stays
// with its commit, so that every version within the retention can still be built.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "delta/bridge.h"

namespace sluice::delta {

struct LogRetention {
  bool clean_up = true;                            // delta.enableExpiredLogCleanup
  int64_t retention_ms = 30LL * 24 * 3600 * 1000;  // delta.logRetentionDuration
};

// Errors: Stop BAD_PROPERTY with the property's name and text.
Result<LogRetention> ReadLogRetention(const SnapshotInfo& info);

// "interval 30 days", "7 days", "interval 1 day 12 hours" in milliseconds; nullopt if it is none.
std::optional<int64_t> ParseInterval(std::string_view text);

// Midnight UTC at or before `now_ms` - retention.
int64_t CutoffMs(int64_t now_ms, int64_t retention_ms);

// Paths to delete, oldest version first, at most `limit`. `hinted`: the version that _last_checkpoint
// names; what it needs is kept.
std::vector<std::string> ChooseExpired(const std::vector<LogObject>& log, int64_t cutoff_ms,
                                       std::optional<TableVersion> hinted, size_t limit);

}  // namespace sluice::delta
