// SPDX-License-Identifier: Apache-2.0
#include "stream/query.h"

#include <utility>

#include "checkpoint/storage.h"
#include "stream/micro_batch_query.h"
#include "stream/stages.h"

namespace sluice::stream {

Result<std::unique_ptr<Query>> Query::Make(QueryOptions options, QueryParts parts,
                                           QueryListener& listener, Clock& clock) {
  Stages stages = RealStages(parts, LaneCount(options), options.memory_bytes);
  auto storage = checkpoint::LocalStorage(options.checkpoint_location);
  return MakeMicroBatchQuery(std::move(options), std::move(parts), std::move(stages),
                             std::move(storage), listener, clock);
}

}  // namespace sluice::stream
