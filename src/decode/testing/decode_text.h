// SPDX-License-Identifier: Apache-2.0
//
// JSON text in, JSON text out: the decoder as tests see it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/record_batch.h"
#include "decode/decoder.h"

namespace sluice::decode::testing {

// Records of topic "t", partition 0, offsets from 0, timestamp 1000 + offset; nullopt is a tombstone.
// The texts live as long as the batch. Each value ends at the end of an allocation of its own.
RecordBatch BatchOf(const std::vector<std::optional<std::string>>& values);

// All selected rows as JSON, one line each; or "CODE: message" of an error.
std::string DecodeLines(Decoder* decoder, const RecordBatch& records);
std::string DecodeLines(const DecodeOptions& options,
                        const std::vector<std::optional<std::string>>& values);

}  // namespace sluice::decode::testing
