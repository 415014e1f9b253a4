// SPDX-License-Identifier: Apache-2.0
//
// How `query.memory` is shared out.
#pragma once

#include <cstdint>

namespace sluice::stream {

// Together they are the whole.
struct MemoryShares {
  int64_t lane_bytes;   // what the lanes hold: chunks of records, columns, encoded pages
  int64_t queue_bytes;  // what the Kafka client has fetched ahead
  int64_t rest_bytes;   // SQL engine, answers of brokers on their way, commit, the program itself
};

// `memory_bytes`: at least 64 MiB.
MemoryShares ShareMemory(int64_t memory_bytes);

}  // namespace sluice::stream
