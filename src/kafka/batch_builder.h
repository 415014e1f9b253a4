// SPDX-License-Identifier: Apache-2.0
//
// Gathers librdkafka's messages into a RecordBatch without copying them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/record_batch.h"
#include "kafka/client.h"
#include "kafka/partition_stream.h"

namespace sluice::kafka {

class BatchBuilder {
 public:
  // `expected_records`: how many to make room for at once.
  BatchBuilder(size_t max_records, size_t max_bytes, bool include_headers,
               size_t expected_records = 0)
      : max_records_(max_records), max_bytes_(max_bytes), include_headers_(include_headers) {
    batch_.records.reserve(expected_records);
    messages_.reserve(expected_records);
  }

  bool empty() const { return batch_.records.empty(); }
  bool full() const {
    return closed_ || batch_.records.size() >= max_records_ || bytes_ >= max_bytes_;
  }
  // Bytes of value and key, and of headers where those are wanted.
  size_t SizeOf(rd_kafka_message_s* message) const;
  // True if a record of this size may still be added: always to an empty batch.
  bool HasRoomFor(size_t bytes) const {
    return empty() || (!full() && bytes_ + bytes <= max_bytes_);
  }
  // Makes it full: the next record has no room.
  void Close() { closed_ = true; }
  size_t size() const { return batch_.records.size(); }
  size_t records_left() const { return max_records_ - batch_.records.size(); }
  size_t bytes_left() const { return max_bytes_ > bytes_ ? max_bytes_ - bytes_ : 0; }

  // Index of the topic for Add().
  uint16_t TopicIndex(const std::string& topic);
  // `bytes`: its SizeOf().
  void Add(Message message, uint16_t topic, size_t bytes);
  // The client that the messages come from: the batch keeps it alive as long as them.
  void KeepAlive(const std::shared_ptr<Client>& client);
  RecordBatch Finish();

 private:
  void AddHeaders(rd_kafka_message_s* message, Record* record);

  const size_t max_records_;
  const size_t max_bytes_;
  const bool include_headers_;
  bool closed_ = false;
  size_t bytes_ = 0;
  RecordBatch batch_;
  std::vector<std::shared_ptr<Client>> clients_;  // destroyed after the messages
  std::vector<Message> messages_;
};

}  // namespace sluice::kafka
