// SPDX-License-Identifier: Apache-2.0
//
// Which batch of a checkpoint holds a record; read without the checkpoint's lock, beside a running query.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "checkpoint/storage.h"
#include "core/offset_range.h"
#include "core/result.h"

namespace sluice::cli {

struct RecordPosition {
  TopicPartition partition;
  Offset offset;
};
// "dev_topic-0-1234"; a topic may hold dashes. Errors: Exit USAGE.
Result<RecordPosition> ParseRecordPosition(const std::string& text);

// The batches that a checkpoint still lists.
struct BatchOffsets {
  std::string query_id;
  std::map<int64_t, OffsetMap> ends;  // by batch
};
Result<BatchOffsets> ReadBatchOffsets(checkpoint::Storage& storage);

// The first batch whose end is beyond the record. Errors (Stop NOT_FOUND): not read yet, forgotten
// (Spark's checkpoints list the last 100 batches), or a partition that the query does not read.
Result<int64_t> FindBatch(const BatchOffsets& batches, const RecordPosition& record);

// "vehicles-0 [120, 450)" of that batch; the start is unknown for the oldest batch listed.
std::string RangesText(const BatchOffsets& batches, int64_t batch);

}  // namespace sluice::cli
