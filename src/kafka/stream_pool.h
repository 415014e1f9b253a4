// SPDX-License-Identifier: Apache-2.0
//
// The running streams that no reader is using just now, and the client that fetches for all of them.
// A reader takes a partition's stream for a range and returns it when the range is read, so the next
// range of that partition goes on without a seek, whichever lane gets it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "core/offset_range.h"
#include "core/result.h"
#include "kafka/client.h"
#include "kafka/partition_stream.h"

namespace sluice::kafka {

// Bytes and messages that one partition may have fetched ahead.
struct QueueShare {
  int64_t kbytes;
  int64_t messages;
};
QueueShare ShareOfQueue(int64_t queue_bytes, size_t partitions);

// Thread-safe.
class StreamPool {
 public:
  StreamPool(ClientSettings settings, int64_t queue_bytes)
      : settings_(std::move(settings)), queue_bytes_(queue_bytes) {}

  // How many partitions will share queue_bytes. When they become many more, the next Take() opens a
  // client with smaller queues; what the one before has fetched ahead is fetched again.
  void ExpectPartitions(size_t count);
  // The idle stream of the partition, or a new one. Stop error if another reader has it.
  Result<std::unique_ptr<PartitionStream>> Take(const TopicPartition& partition);
  void Return(std::unique_ptr<PartitionStream> stream);
  // Ends the idle streams of a topic: it is gone, or another one has its name.
  void Drop(const std::string& topic);
  // `client` fetches no more: if it is still the one, the next Take() opens another. A client that has
  // never fetched stays: another would need as long to connect.
  void Replace(Client& client);
  // The client that fetches for new streams; null before the first Take().
  std::shared_ptr<Client> client();

 private:
  // What a pool lets go of; ended outside the lock, for that takes its time.
  struct Retired {
    std::shared_ptr<Client> client;
    std::map<std::string, std::shared_ptr<rd_kafka_topic_s>> topics;
    std::map<TopicPartition, std::unique_ptr<PartitionStream>> idle;
  };
  bool SharesAreTooLarge() const;
  Status OpenClient(Retired* before);
  std::shared_ptr<rd_kafka_topic_s> TopicHandle(const std::string& topic);

  const ClientSettings settings_;
  const int64_t queue_bytes_;
  std::mutex mutex_;
  size_t expected_partitions_ = 1;  // GUARDED_BY(mutex_)
  int64_t share_kbytes_ = 0;        // GUARDED_BY(mutex_): client_'s
  bool client_is_stuck_ = false;    // GUARDED_BY(mutex_)
  std::shared_ptr<Client> client_;  // GUARDED_BY(mutex_)
  std::map<std::string, std::shared_ptr<rd_kafka_topic_s>> topics_;  // GUARDED_BY(mutex_)
  std::map<TopicPartition, std::unique_ptr<PartitionStream>> idle_;  // GUARDED_BY(mutex_)
  std::set<TopicPartition> taken_;                                   // GUARDED_BY(mutex_)
};

}  // namespace sluice::kafka
