// SPDX-License-Identifier: Apache-2.0
//
// The RangeReader over librdkafka: takes its partitions' streams from the pool, delivers exactly
// [start, end) of each, and finds out what happened when records do not come.
//
// The end of a range is reached by position: a record at or past it, or the end of the partition at or
// past it, so invisible records (transaction markers, compacted or aborted ones) may stand there.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kafka/batch_builder.h"
#include "kafka/cluster_lookup.h"
#include "kafka/loss_policy.h"
#include "kafka/source.h"
#include "kafka/stream_pool.h"
#include "kafka/topic_ids.h"
#include "kafka/wake.h"

namespace sluice::kafka {

// What the readers of a source share.
struct SourceParts {
  SourceParts(SourceOptions source_options, ClientSettings fetch_settings,
              std::shared_ptr<Client> lookup_client, bool read_committed,
              std::chrono::milliseconds lookup_timeout)
      : options(std::move(source_options)),
        losses(options.fail_on_data_loss),
        lookup(std::move(lookup_client), read_committed, lookup_timeout),
        pool(std::move(fetch_settings), options.queue_bytes) {}

  const SourceOptions options;
  LossPolicy losses;
  TopicIds topic_ids;
  ClusterLookup lookup;
  StreamPool pool;
};

class KafkaRangeReader : public RangeReader {
 public:
  explicit KafkaRangeReader(std::shared_ptr<SourceParts> parts) : parts_(std::move(parts)) {}
  ~KafkaRangeReader() override { GiveUp(); }

  Status Start(std::vector<OffsetRange> ranges) override;
  Result<RecordBatch> Read(const ReadLimits& limits, const std::stop_token& stop) override;
  bool done() const override { return active_.empty(); }

 private:
  struct Active {
    OffsetRange range;
    std::unique_ptr<PartitionStream> stream;
    std::chrono::milliseconds waited{0};  // without a record
    std::chrono::milliseconds next_diagnosis{0};
    bool finished = false;
    bool seemed_gone = false;    // the last diagnosis found no such partition
    bool kafka_answers = false;  // the last diagnosis found that Kafka holds what does not come
    std::optional<std::chrono::steady_clock::time_point> restart_at{};  // not before then
  };

  Status Gather(const ReadLimits& limits, const std::stop_token& stop, BatchBuilder* batch);
  // One turn over the ranges; true if any message came.
  Result<bool> TakeTurn(const ReadLimits& limits, const std::stop_token& stop, BatchBuilder* batch);
  Result<bool> TakeFrom(Active& active, const ReadLimits& limits, const std::stop_token& stop,
                        BatchBuilder* batch);
  // Delivers, drops or puts back the messages in taken_.
  Status Sort(Active& active, const ReadLimits& limits, const std::stop_token& stop,
              BatchBuilder* batch);
  Status CheckRecord(const Active& active, const rd_kafka_message_s& message,
                     const ReadLimits& limits);
  Status OnEvent(Active& active, const rd_kafka_message_s& event, const std::stop_token& stop);
  Status Recover(Active& active, const std::stop_token& stop);
  Status Lose(Active& active, const DataLoss& loss);
  void Finish(Active& active);
  void ReturnFinished();
  Status Wait(std::chrono::milliseconds limit, const std::stop_token& stop);
  Status CheckWaiting(Active& active, const std::stop_token& stop);
  Status Diagnose(Active& active, const std::stop_token& stop);
  // After the last record: were they all of the topics that we know?
  Status CheckIdentity(const std::stop_token& stop);
  void GiveUp();
  size_t ChunkSize(const Active& active, const BatchBuilder& batch) const;

  std::shared_ptr<SourceParts> parts_;
  Wake wake_;
  std::vector<Active> active_;
  std::set<std::string> unchecked_topics_;  // of the ranges since Start()
  std::vector<Message> taken_;
  double mean_record_bytes_ = 4096;
  size_t last_batch_size_ = 0;
};

}  // namespace sluice::kafka
