// SPDX-License-Identifier: Apache-2.0
//
// A streaming query: Spark's micro-batch protocol over the stages.
//
//   SLUICE_ASSIGN_OR_RETURN(auto query, Query::Make(options, std::move(parts), listener, clock));
//   Status status = query->Run(stop);        // until the trigger is done, an error, or `stop`
//
// Run() may be called once, from one thread; it owns the lanes and the committer while it runs.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "decode/decode_options.h"
#include "delta/table.h"
#include "kafka/source.h"
#include "parquet/writer.h"
#include "stream/query_listener.h"
#include "stream/query_options.h"
#include "stream/stage_meter.h"
#include "transform/transform.h"

namespace sluice::stream {

// The stages' options; and the source and the table, which tests replace by others of their kind.
struct QueryParts {
  std::unique_ptr<kafka::Source> source;
  decode::DecodeOptions decode;
  bool include_headers = false;
  transform::TransformOptions transform;
  parquet::WriterOptions writer;
  std::function<Result<std::unique_ptr<delta::Table>>(const std::string& path)> open_table;
  std::function<Result<std::unique_ptr<delta::Table>>(const std::string& path,
                                                      const delta::CreateRequest&)>
      create_table;
};

// What a query holds and does at the moment.
struct QueryStats {
  int64_t buffered_bytes = 0;          // of the lanes: records, columns, encoded pages
  std::vector<ActivitySeconds> lanes;  // of each lane's thread
  ActivitySeconds committer{};         // of the thread that commits
  int64_t activities = 0;              // begun by these threads: while it grows the query moves
};

class Query {
 public:
  // Binds schema and SQL (errors: Exit), opens nothing.
  static Result<std::unique_ptr<Query>> Make(QueryOptions options, QueryParts parts,
                                             QueryListener& listener, Clock& clock);
  virtual ~Query() = default;
  // OK when the trigger is finished or `stop` was honoured at a batch boundary; else why it ended.
  virtual Status Run(std::stop_token stop) = 0;
  // The last 100 progress reports, oldest first. From any thread.
  virtual std::vector<std::string> RecentProgress() const = 0;
  // From any thread; waits for no other.
  virtual QueryStats stats() const = 0;
};

}  // namespace sluice::stream
