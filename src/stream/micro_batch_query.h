// SPDX-License-Identifier: Apache-2.0
//
// The query with its stages and its checkpoint storage given from outside: what Query::Make builds,
// and what tests build with others.
#pragma once

#include <functional>
#include <memory>

#include "checkpoint/storage.h"
#include "core/clock.h"
#include "core/result.h"
#include "stream/query.h"
#include "stream/stages.h"

namespace sluice::stream {

// Makes one decoder and transform at once, so that mistakes in schema and SQL are found here.
Result<std::unique_ptr<Query>> MakeMicroBatchQuery(QueryOptions options, QueryParts parts,
                                                   Stages stages,
                                                   std::shared_ptr<checkpoint::Storage> storage,
                                                   QueryListener& listener, Clock& clock);

// How many lanes these options mean on this machine.
int LaneCount(const QueryOptions& options);

}  // namespace sluice::stream
