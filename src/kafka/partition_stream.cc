// SPDX-License-Identifier: Apache-2.0
#include "kafka/partition_stream.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "kafka/kafka_errors.h"

namespace sluice::kafka {

PartitionStream::PartitionStream(std::shared_ptr<Client> client,
                                 std::shared_ptr<rd_kafka_topic_s> topic, TopicPartition partition)
    : client_(std::move(client)), topic_(std::move(topic)), partition_(std::move(partition)) {}

PartitionStream::~PartitionStream() {
  put_back_.clear();
  StopFetching();
}

Status PartitionStream::SeekTo(Offset start) {
  if (started_ && start == position_) return Status::Ok();
  return Restart(start);
}

Status PartitionStream::Restart(Offset start) {
  put_back_.clear();
  StopFetching();
  queue_.reset(rd_kafka_queue_new(client_->handle()));
  if (event_fd_ >= 0) WakeBy(event_fd_);
  if (rd_kafka_consume_start_queue(topic_.get(), partition_.partition.value, start.value,
                                   queue_.get()) != 0) {
    return KafkaError(
        rd_kafka_last_error(),
        fmt::format("start of fetching {} at offset {}", partition_.ToString(), start.value), "");
  }
  position_ = start;
  fetching_ = started_ = true;
  return Status::Ok();
}

void PartitionStream::StopFetching() {
  if (fetching_) rd_kafka_consume_stop(topic_.get(), partition_.partition.value);
  fetching_ = started_ = false;
  queue_.reset();
}

void PartitionStream::WakeBy(int event_fd) {
  event_fd_ = event_fd;
  constexpr uint64_t kOne = 1;  // what an eventfd counts
  if (queue_)
    rd_kafka_queue_io_event_enable(queue_.get(), event_fd, &kOne, event_fd < 0 ? 0 : sizeof(kOne));
}

void PartitionStream::Take(size_t max, std::vector<Message>* out) {
  while (max > 0 && !put_back_.empty()) {
    out->push_back(std::move(put_back_.front()));
    put_back_.pop_front();
    --max;
  }
  if (max == 0 || !started_) return;
  scratch_.resize(max);
  const ssize_t count = rd_kafka_consume_batch_queue(queue_.get(), 0, scratch_.data(), max);
  for (ssize_t i = 0; i < count; ++i) out->emplace_back(scratch_[static_cast<size_t>(i)]);
}

void PartitionStream::PutBack(std::span<Message> messages) {
  put_back_.insert(put_back_.begin(), std::make_move_iterator(messages.begin()),
                   std::make_move_iterator(messages.end()));
}

Offset PartitionStream::cached_earliest() const {
  int64_t low = -1;
  int64_t high = -1;
  rd_kafka_get_watermark_offsets(client_->handle(), partition_.topic.c_str(),
                                 partition_.partition.value, &low, &high);
  return Offset{std::max<int64_t>(low, -1)};
}

}  // namespace sluice::kafka
