// SPDX-License-Identifier: Apache-2.0
//
// JSON messages to columns with the meaning of Spark's from_json, exploded on the way if asked.
//
//   SLUICE_ASSIGN_OR_RETURN(auto decoder, Decoder::Make(options));
//   decoder->SelectInputs({"id", "at", "offset"});          // optional: only these columns are built
//   SLUICE_ASSIGN_OR_RETURN(Decoded out, decoder->Decode(records, context));
//
// input_schema(): the decoded columns (after explode: the array column is the element struct),
// then Kafka's: key BINARY, value BINARY, topic STRING, partition INT, offset BIGINT, timestamp
// TIMESTAMP, timestampType INT, headers ARRAY<STRUCT<key STRING, value BINARY>> (only with
// includeHeaders), processing_timestamp TIMESTAMP. A Kafka column whose name a decoded column takes
// (ignoring case) is there under its prefixed name alone; all are there as kafka_key, kafka_value,
// kafka_topic, kafka_partition, kafka_offset, kafka_timestamp, kafka_timestampType, kafka_headers.
//
// Source: spark-contract sections 5 and 10 (JacksonParser, FailureSafeParser).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/columns.h"
#include "core/record_batch.h"
#include "core/result.h"
#include "decode/decode_options.h"
#include "decode/reject_reason.h"

namespace sluice::decode {

struct Reject {
  uint32_t record;  // index in RecordBatch::records
  RejectReason reason;
  std::string detail;  // field and what was found; for `sluice decode` and the log
};

struct Decoded {
  Columns columns;              // the selected input columns, in input_schema() order
  std::vector<Reject> rejects;  // corrupt records; their rows are in columns as PERMISSIVE has them
  int64_t kept = 0;             // of the rejects, those whose text is in a selected column of a row
  int64_t records = 0;          // records looked at
  // Records with a value that is not corrupt and holds none of the declared keys at its top level: rows
  // of nulls, or none with explode. Many of them are another JSON than the schema says.
  int64_t unmatched = 0;
};

struct BatchContext {
  int64_t batch_timestamp_ms = 0;  // processing_timestamp, current_timestamp(): from offsets/N
  // Bytes of what is decoded, and of all the columns that explode repeats, if there are several records.
  // One record may take what an Arrow array can hold: 2 GiB a column.
  int64_t max_bytes = INT32_MAX;
};

// One per lane; one thread at a time. Keeps its buffers' sizes from batch to batch.
class Decoder {
 public:
  // Errors (Exit): bad DDL, explode of no array of structs, unknown zone or pattern.
  static Result<std::unique_ptr<Decoder>> Make(const DecodeOptions& options,
                                               bool include_headers = false);
  virtual ~Decoder() = default;

  // All columns that SQL may use.
  virtual const Schema& input_schema() const = 0;
  // Names of the columns that a job without SQL writes: the decoded ones; Kafka's if nothing is decoded.
  virtual std::vector<std::string> default_columns() const = 0;
  // Builds only these from now on (names of input_schema(), any order, kept in input_schema() order).
  // Before the first call: default_columns().
  virtual Status SelectInputs(const std::vector<std::string>& names) = 0;
  virtual const std::shared_ptr<const Schema>& selected_schema() const = 0;

  // Errors (Stop): FAILFAST and a corrupt record, with topic, partition, offset and reason;
  // BATCH_TOO_LARGE: of several records fewer at once may do, of one its place is named.
  virtual Result<Decoded> Decode(const RecordBatch& records, const BatchContext& context) = 0;
};

}  // namespace sluice::decode
