// SPDX-License-Identifier: Apache-2.0
//
// What a commit that won our version says to us. Source: Delta's ConflictChecker, as far as it concerns
// a blind append; spark-contract section 2, "Concurrency".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/result.h"
#include "delta/bridge.h"
#include "delta/table.h"

namespace sluice::delta {

// Of commitInfo.operationParameters: BatchOrigin.
inline constexpr char kTopicIdsParameter[] = "topicIds";
inline constexpr char kEndOffsetsParameter[] = "endOffsets";

struct ForeignCommit {
  std::string txn_id;  // commitInfo.txnId; empty if it has none
  std::string engine_info;
  std::string operation;
  BatchOrigin origin;            // of Sluice's own batches
  std::optional<BatchId> batch;  // of the txn action of the application asked about
  bool changes_metadata = false;
  bool changes_protocol = false;
};

// `ndjson` is the text of one version. Errors: Stop TABLE_LOG.UNREADABLE.
Result<ForeignCommit> ParseForeignCommit(std::string_view ndjson, const std::string& app_id);
// Reads it too. Errors: those of Bridge::ReadCommit; Stop TABLE_LOG.UNREADABLE names the file.
Result<ForeignCommit> ReadForeignCommit(Bridge& bridge, TableVersion version,
                                        const std::string& app_id);

}  // namespace sluice::delta
