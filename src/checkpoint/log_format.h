// SPDX-License-Identifier: Apache-2.0
//
// The files of Spark's checkpoint directory as values: bytes to value and back, byte for byte.
//
//   offsets/N    v1 \n {"batchWatermarkMs":..,"batchTimestampMs":..,"conf":{..}} \n {"topic":{..}}
//   commits/N    v1 \n {"nextBatchWatermarkMs":0}
//   sources/0/0  \0 v1 \n {"topic":{..}}
//   metadata     {"id":"<uuid>"}
//
// Every parser names `file` in its errors, which are all Stop CHECKPOINT.*: a file that we cannot
// read for certain must end the query, for a guessed offset is lost or doubled data.
//
// Source: spark-contract sections 1.1 and 1.5 (OffsetSeqLog, CommitLog, StreamMetadata).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "checkpoint/offset_json.h"
#include "core/offset_range.h"
#include "core/result.h"

namespace sluice::checkpoint {

// The nine settings that Spark 3.3 to 3.5 keep in each offsets file, in Spark's order.
extern const std::string_view kSpark35Conf;

struct OffsetLogEntry {
  int64_t batch_watermark_ms = 0;
  int64_t batch_timestamp_ms = 0;
  std::string conf_json{kSpark35Conf};  // the text of the object, carried on unchanged
  OffsetMap offsets;                    // ends of the batch
  std::string offsets_json;             // as it stood in the file; ignored when written
};

std::string FormatOffsetLog(const OffsetLogEntry& entry, ScalaVersion scala);
Result<OffsetLogEntry> ParseOffsetLog(std::string_view bytes, const std::string& file);

std::string FormatCommitLog(int64_t next_batch_watermark_ms);
// The watermark.
Result<int64_t> ParseCommitLog(std::string_view bytes, const std::string& file);

std::string FormatInitialOffsets(const OffsetMap& offsets, ScalaVersion scala);
Result<OffsetMap> ParseInitialOffsets(std::string_view bytes, const std::string& file);

std::string FormatMetadata(std::string_view query_id);
// The query's id, a UUID in the spelling of the file.
Result<std::string> ParseMetadata(std::string_view bytes, const std::string& file);

}  // namespace sluice::checkpoint
