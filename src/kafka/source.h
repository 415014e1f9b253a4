// SPDX-License-Identifier: Apache-2.0
//
// A Kafka source as the stream sees it: which offsets there are, and readers of exact ranges.
//
//   SLUICE_ASSIGN_OR_RETURN(auto source, OpenKafkaSource(options, SystemClock()));
//   SLUICE_ASSIGN_OR_RETURN(OffsetMap start, source->StartingOffsets(stop));
//   SLUICE_ASSIGN_OR_RETURN(OffsetMap end, source->LatestOffsets(start, stop));
//   auto reader = source->NewReader();
//   reader->Start(RangesBetween(start, end));
//   while (!reader->done()) { SLUICE_ASSIGN_OR_RETURN(RecordBatch batch, reader->Read(limits, stop)); ... }
//
// Source: spark-contract section 3 (KafkaMicroBatchStream, KafkaOffsetReaderAdmin, KafkaDataConsumer).
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/offset_range.h"
#include "core/record_batch.h"
#include "core/result.h"
#include "kafka/source_options.h"

namespace sluice::kafka {

struct ReadLimits {
  size_t max_records = 65536;
  size_t max_bytes =
      16
      << 20;  // values, keys and headers of one RecordBatch; a single larger one still comes alone
  size_t max_record_bytes = 256 << 20;  // a record above it stops the read (RECORD_TOO_LARGE)
};

// What was lost although failOnDataLoss is false, or what deserves a warning; for the log and metrics.
struct SourceWarning {
  std::string code;     // e.g. "KAFKA_DATA_LOSS.PARTITIONS_DELETED"
  std::string message;  // with the exact ranges
  int64_t records_lost = 0;
  std::optional<TopicPartition> partition = std::nullopt;  // of those records, if it is one
};

// Reads ranges of its partitions, one after another, on one thread: a lane's end of the source. It
// stays open from batch to batch: records already fetched beyond a range's end are kept for the next.
class RangeReader {
 public:
  virtual ~RangeReader() = default;
  // Sets what to read next. Ranges of the previous call must be done or are given up.
  virtual Status Start(std::vector<OffsetRange> ranges) = 0;
  // Waits for records of the ranges; an empty batch only when done() or after at most 1 second.
  // A gap in the log (compaction, transaction markers) is accepted; a range that the log no longer
  // holds is data loss: KAFKA_DATA_LOSS.* (Stop), or a warning and the rest when failOnDataLoss is false.
  virtual Result<RecordBatch> Read(const ReadLimits& limits, const std::stop_token& stop) = 0;
  // True when each range's position has reached its end.
  virtual bool done() const = 0;
};

// Thread-safe except where said.
class Source {
 public:
  virtual ~Source() = default;
  // The first offsets of a new query by startingOffsets & co., -1 and -2 resolved. Retry error while
  // the broker is unreachable or the topic missing.
  virtual Result<OffsetMap> StartingOffsets(const std::stop_token& stop) = 0;
  // End of every partition of the subscription now (high watermark, or last stable offset under
  // read_committed). Asked again up to 3 times when lower than `committed` (KAFKA-7703).
  virtual Result<OffsetMap> LatestOffsets(const OffsetMap& committed,
                                          const std::stop_token& stop) = 0;
  // `start` made complete for the partitions of `end`: new partitions begin at their earliest offset,
  // those of a topic that was away for a while where they were left; deleted partitions, shrunk ends
  // and new partitions that do not begin at 0 are data loss. `end` is of the last LatestOffsets(), or
  // recorded; may be called again with the same offsets.
  virtual Result<OffsetMap> CompleteStart(const OffsetMap& start, const OffsetMap& end,
                                          const std::stop_token& stop) = 0;
  // Where the given partitions begin if they are new: as CompleteStart() would say.
  virtual Result<OffsetMap> EarliestOffsets(const std::vector<TopicPartition>& partitions,
                                            const std::stop_token& stop) = 0;
  // The ids of the topics of `offsets`, which CompleteStart() has seen, where the broker has ids. A later
  // run is told of them before its first question: a topic that was made anew in between is data loss
  // then too, although the new one may have as many records.
  virtual std::map<std::string, std::string> TopicIds(const OffsetMap& offsets) const = 0;
  virtual void RememberTopicIds(const std::map<std::string, std::string>& ids) = 0;
  virtual std::unique_ptr<RangeReader> NewReader() = 0;
  // Warnings since the last call, oldest first.
  virtual std::vector<SourceWarning> TakeWarnings() = 0;
  // Spark's name for it in progress: "KafkaV2[Subscribe[dev_topic]]".
  virtual std::string description() const = 0;
};

// Checks the options against librdkafka and starts its client; does not wait for a broker. Of options
// without effect only CheckClientOptions tells.
// Errors: Exit for an unknown or refused kafka.* option, with the nearest known name.
Result<std::unique_ptr<Source>> OpenKafkaSource(SourceOptions options, Clock& clock);

// What there is to say of `client` options, as (Java name, message).
struct ClientOptionNotes {
  std::vector<std::pair<std::string, std::string>> problems;
  std::vector<std::pair<std::string, std::string>> lacking;   // what a login needs beside an option
  std::vector<std::pair<std::string, std::string>> warnings;  // taken, but without effect
};
// Opens nothing.
ClientOptionNotes CheckClientOptions(const std::map<std::string, std::string>& client);

}  // namespace sluice::kafka
