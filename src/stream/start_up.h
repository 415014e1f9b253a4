// SPDX-License-Identifier: Apache-2.0
//
// What happens before the first batch: checkpoint locked and read, table opened or made, columns
// fitted, recovery decided. Nothing is written to a checkpoint before all of that is well; only its lock
// is taken, and temporary files that a crash left are removed.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "checkpoint/recovery.h"
#include "core/data_type.h"
#include "core/result.h"
#include "delta/table.h"
#include "stream/query.h"
#include "stream/retry.h"

namespace sluice::stream {

struct Opened {
  std::unique_ptr<checkpoint::Checkpoint> checkpoint;
  std::unique_ptr<delta::Table> table;
  delta::SchemaFit fit;
  std::vector<delta::NamePath> stats_columns;  // of the data files
  checkpoint::Recovery recovery;
  // Of the topics that the newest batch in the table is of.
  std::map<std::string, std::string> topic_ids;
};

// `output`: the columns that the query makes.
Result<Opened> OpenQuery(const QueryOptions& options, const QueryParts& parts, const Schema& output,
                         std::shared_ptr<checkpoint::Storage> storage, Patience& patience,
                         const std::stop_token& stop);

// Writes metadata and sources/0/0 of a new query, asking the source for its starting offsets.
Status BeginQuery(Opened& opened, kafka::Source& source, Patience& patience,
                  const std::stop_token& stop);

// Refuses a checkpoint none of whose topics is subscribed to: it belongs to another query.
Status CheckSameTopics(const std::string& checkpoint, const OffsetMap& start,
                       const std::set<std::string>& subscribed);

std::set<std::string> TopicsOf(const OffsetMap& offsets);

}  // namespace sluice::stream
