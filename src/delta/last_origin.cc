// SPDX-License-Identifier: Apache-2.0
#include "delta/last_origin.h"

#include <utility>

#include "delta/foreign_commit.h"

namespace sluice::delta {

namespace {

constexpr int64_t kVersionsToLookBack = 1000;

}  // namespace

Result<BatchOrigin> FindLastOrigin(Bridge& bridge, TableVersion newest, const std::string& app_id) {
  for (TableVersion at = newest; at.value >= 0 && newest.value - at.value < kVersionsToLookBack;
       --at.value) {
    auto commit = ReadForeignCommit(bridge, at, app_id);
    if (!commit.ok()) {
      if (commit.status().code() == "TABLE_LOG.NOT_FOUND")
        break;  // behind a checkpoint, cleaned up
      return commit.status();
    }
    if (commit->batch) return std::move(commit->origin);
  }
  return BatchOrigin();
}

}  // namespace sluice::delta
