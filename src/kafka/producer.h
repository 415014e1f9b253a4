// SPDX-License-Identifier: Apache-2.0
//
// Writes records to Kafka: idempotent, acks=all, lz4; a full queue makes Send wait, never drop.
//
//   kafka::ProducerSettings settings{.client = {{"bootstrap.servers", "localhost:9092"}}};
//   settings.on_delivery = [](const kafka::DeliveryReport& report) { ... };
//   SLUICE_ASSIGN_OR_RETURN(auto producer, kafka::Producer::Open(std::move(settings)));
//   producer->Send({.topic = "t", .key = "k", .value = "v", .tag = 7}, stop);
//   producer->Serve(std::chrono::milliseconds(500));     // on a thread of its own: reports come at once
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "kafka/source.h"

namespace sluice::kafka {

struct RecordToSend {
  std::string_view topic;
  int partition = -1;  // -1: by the key's hash, as Java's producer; at random without a key
  std::string_view key = {};
  std::string_view value = {};
  uintptr_t tag = 0;  // comes back with the report
};

enum class DeliveryFate {
  kDelivered,  // acknowledged by all replicas in sync
  kTooLarge,   // refused for its size
  kFailed      // or taken for delivered without an offset, which proves nothing (CountPartitions)
};
struct DeliveryReport {
  uintptr_t tag = 0;
  DeliveryFate fate = DeliveryFate::kDelivered;
  int64_t bytes = 0;         // key and value
  std::string message = {};  // why not
};

struct ProducerSettings {
  // Java names without the "kafka." prefix; "bootstrap.servers" is required.
  std::map<std::string, std::string> client;
  int64_t batch_bytes = 1'000'000;  // most of a batch, unless batch.size says another
  int64_t queue_bytes = 64 << 20;   // not acknowledged yet, unless buffer.memory says another
  // A record is tried until it is acknowledged, for ever, unless delivery.timeout.ms says how long.
  bool keep_trying = false;
  // Called by whoever calls Serve, Send or Flush; several at once.
  std::function<void(const DeliveryReport&)> on_delivery = nullptr;
};

// Thread-safe.
class Producer {
 public:
  static Result<std::unique_ptr<Producer>> Open(const std::map<std::string, std::string>& client);
  static Result<std::unique_ptr<Producer>> Open(ProducerSettings settings);
  virtual ~Producer() = default;
  // Copies and queues one record; waits for room. Retry, too, when no broker has been reachable for long.
  virtual Status Send(const std::string& topic, int partition, std::string_view key,
                      std::string_view value) = 0;
  // The same, but waits for as long as it takes, until `give_up` (Cancelled). A record larger than the
  // client takes is a report, not an error.
  virtual Status Send(const RecordToSend& record, const std::stop_token& give_up) = 0;
  // Waits until all queued records are acknowledged; Retry error naming how many are not.
  virtual Status Flush(std::chrono::milliseconds timeout) = 0;
  // Runs reports that are due; waits for them up to `timeout`.
  virtual void Serve(std::chrono::milliseconds timeout) = 0;

  virtual int64_t delivered() const = 0;
  virtual int64_t failed() const = 0;
  virtual int64_t queued_records() const = 0;
  virtual int64_t queued_bytes() const = 0;
  // Time that Send waited for room, all threads together.
  virtual std::chrono::nanoseconds waited() const = 0;

  // Partitions of a topic, when the leader of each serves it; 0 if there is no such topic. Creates none.
  // A leader is named before it serves a new partition. Of batches sent then, the first may be refused and
  // the second taken: the first, tried again, is then behind its sequence, and librdkafka takes it for
  // delivered. So no record should be sent before this was asked; for partitions that are added later
  // there is one batch in flight only.
  virtual Result<int> CountPartitions(const std::string& topic, const std::stop_token& stop) = 0;
  // The topic's max.message.bytes, which holds for a compressed batch; an error if it may not be seen.
  virtual Result<int64_t> MaxMessageBytes(const std::string& topic,
                                          const std::stop_token& stop) = 0;
  // OK if the topic is there already. It may take a moment until all brokers know a new one.
  virtual Status CreateTopic(const std::string& topic, int partitions, int replication,
                             const std::stop_token& stop) = 0;
  // Why nothing can be delivered now: refused credentials (Stop), or no broker reachable (Retry); Retry
  // KAFKA_CLIENT_DEAD when the client gave itself up, so that only another one can go on.
  virtual Status health() const = 0;
  // What librdkafka said since the last call that is worth reading.
  virtual std::vector<SourceWarning> TakeWarnings() = 0;
};

// What a producer says of its options, each with its message (ClientOptionNotes).
ClientOptionNotes CheckProducerOptions(const std::map<std::string, std::string>& client);

// Most bytes of a record, before compression, that a client with these options takes.
int64_t MaxRecordBytes(const std::map<std::string, std::string>& client);

}  // namespace sluice::kafka
