// SPDX-License-Identifier: Apache-2.0
//
// What to do first after a start: Spark's resume table as one pure function of what the checkpoint
// and the table say. Every state that cannot be right is refused with the files that say so.
//
// Source: spark-contract sections 1.4, 2 (silent-loss trap) and 9.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "checkpoint/checkpoint.h"
#include "core/ids.h"
#include "core/offset_range.h"
#include "core/result.h"

namespace sluice::checkpoint {

// What the table knows of this query.
struct TableFacts {
  std::string path;
  bool exists = false;
  std::optional<BatchId> last_batch;  // highest txn version under the query's id
  std::string last_end_offsets;       // where that batch ends, as JSON; "": the table does not say
};

struct Recovery {
  enum class Kind {
    kBegin,  // no batch was ever logged: batch 0 from `start`, or from startingOffsets without one
    kContinue,  // plan batch `batch` from `start`
    kRerun,     // run batch `batch` again: exactly `start` to `end`, with its recorded timestamp
    kFinish     // the table has batch `batch`: only commits/N is missing
  } kind = Kind::kBegin;
  BatchId batch;
  std::optional<OffsetMap> start;
  OffsetMap end;                   // kRerun, kFinish
  int64_t batch_timestamp_ms = 0;  // kRerun, kFinish
  int64_t watermark_ms = 0;        // the greater of both logs'
  std::string conf_json;           // to carry on
};

// Errors: Stop CHECKPOINT.*; nothing has been changed when it refuses.
Result<Recovery> Decide(const CheckpointState& state, const TableFacts& table);

}  // namespace sluice::checkpoint
