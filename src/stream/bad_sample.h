// SPDX-License-Identifier: Apache-2.0
//
// A few of the records that could not be read as the schema says, for people to look at.
//
//   KeepSamples(records, decoded.rejects, 5, stats.samples);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/offset_range.h"
#include "core/record_batch.h"
#include "decode/decoder.h"

namespace sluice::stream {

struct BadSample {
  std::string reason;
  std::string detail;  // which field, and what was found
  TopicPartition partition;
  Offset offset;
  std::string payload;  // its first kSampleBytes
  int64_t payload_bytes = 0;
};

inline constexpr size_t kSampleBytes = 1024;

// Copies records until `samples` has `most` of each reason.
void KeepSamples(const RecordBatch& records, const std::vector<decode::Reject>& rejects, int most,
                 std::vector<BadSample>& samples);

// The same of samples that others have kept.
void KeepSamples(const std::vector<BadSample>& more, int most, std::vector<BadSample>& samples);

}  // namespace sluice::stream
