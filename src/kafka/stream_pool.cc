// SPDX-License-Identifier: Apache-2.0
#include "kafka/stream_pool.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

#include "kafka/kafka_errors.h"

namespace sluice::kafka {
namespace {

// What a queued message costs beside its bytes (librdkafka's op and its allocation).
constexpr int64_t kMessageOverhead = 512;
constexpr int64_t kLeastShare = 256 << 10;
constexpr int64_t kMostMessages = 100000;
constexpr int64_t kLeastFetch = 1 << 20;
constexpr int64_t kMostFetch = 50 << 20;
constexpr int64_t kMostPartitionFetch = 4 << 20;

}  // namespace

QueueShare ShareOfQueue(int64_t queue_bytes, size_t partitions) {
  const int64_t bytes =
      std::max(kLeastShare, queue_bytes / static_cast<int64_t>(std::max<size_t>(1, partitions)));
  const int64_t messages = std::clamp<int64_t>(bytes / 2 / kMessageOverhead, 100, kMostMessages);
  return {bytes >> 10, messages};
}

void StreamPool::ExpectPartitions(size_t count) {
  const std::lock_guard lock(mutex_);
  expected_partitions_ = std::max<size_t>(1, count);
}

void StreamPool::Replace(Client& client) {
  if (!client.events().HasAnswered()) return;
  const std::lock_guard lock(mutex_);
  client_is_stuck_ = client_is_stuck_ || client_.get() == &client;
}

std::shared_ptr<Client> StreamPool::client() {
  const std::lock_guard lock(mutex_);
  return client_;
}

// A quarter more than the queues may hold is tolerated: a client is not opened anew for every partition.
bool StreamPool::SharesAreTooLarge() const {
  return share_kbytes_ * 4 > ShareOfQueue(queue_bytes_, expected_partitions_).kbytes * 5;
}

Status StreamPool::OpenClient(Retired* before) {
  const QueueShare share = ShareOfQueue(queue_bytes_, expected_partitions_);
  // One answer of a broker holds records of many partitions and comes on top of the queues.
  const int64_t fetch_bytes = std::clamp(queue_bytes_ / 4, kLeastFetch, kMostFetch);
  const int64_t partition_bytes =
      std::clamp(share.kbytes * 1024 / 8, kLeastFetch, kMostPartitionFetch);
  ClientSettings settings = {{"queued.max.messages.kbytes", std::to_string(share.kbytes)},
                             {"queued.min.messages", std::to_string(share.messages)},
                             {"fetch.max.bytes", std::to_string(fetch_bytes)},
                             {"fetch.message.max.bytes", std::to_string(partition_bytes)}};
  settings.insert(settings.end(), settings_.begin(), settings_.end());
  SLUICE_ASSIGN_OR_RETURN(auto client, Client::Open(Client::Role::kConsumer, settings));
  before->client = std::exchange(client_, std::move(client));
  before->topics.swap(topics_);
  before->idle.swap(idle_);
  share_kbytes_ = share.kbytes;
  client_is_stuck_ = false;
  return Status::Ok();
}

std::shared_ptr<rd_kafka_topic_s> StreamPool::TopicHandle(const std::string& topic) {
  std::shared_ptr<rd_kafka_topic_s>& handle = topics_[topic];
  if (!handle) {
    // The client must outlive its topics.
    auto client = client_;
    handle = {rd_kafka_topic_new(client->handle(), topic.c_str(), nullptr),
              [client](rd_kafka_topic_s* raw) { rd_kafka_topic_destroy(raw); }};
  }
  return handle;
}

Result<std::unique_ptr<PartitionStream>> StreamPool::Take(const TopicPartition& partition) {
  Retired before;
  const std::lock_guard lock(mutex_);
  if (!client_ || client_is_stuck_ || SharesAreTooLarge()) {
    const Status opened = OpenClient(&before);
    if (!opened.ok() && !client_) return opened;  // the one that there is goes on, then
  }
  if (!taken_.insert(partition).second) {
    return Status::Stop(
        "INTERNAL_ERROR",
        fmt::format("two lanes read {} at once; nothing was committed", partition.ToString()));
  }
  auto idle = idle_.extract(partition);
  if (!idle.empty()) return std::move(idle.mapped());
  return std::make_unique<PartitionStream>(client_, TopicHandle(partition.topic), partition);
}

void StreamPool::Return(std::unique_ptr<PartitionStream> stream) {
  stream->WakeBy(-1);
  const std::lock_guard lock(mutex_);
  const TopicPartition partition = stream->partition();
  taken_.erase(partition);
  if (stream->client() == client_) idle_[partition] = std::move(stream);
}

void StreamPool::Drop(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  std::erase_if(idle_, [&](const auto& entry) { return entry.first.topic == topic; });
  topics_.erase(topic);
}

}  // namespace sluice::kafka
