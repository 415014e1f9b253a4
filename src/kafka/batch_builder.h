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
    return closed_ || batch_.records.size() >= max_records_ || batch_.value_bytes >= max_bytes_;
  }
  // True if a record of this size may still be added: always to an empty batch.
  bool HasRoomFor(size_t value_size) const {
    return empty() || (!full() && batch_.value_bytes + value_size <= max_bytes_);
  }
  // Makes it full: the next record has no room.
  void Close() { closed_ = true; }
  size_t size() const { return batch_.records.size(); }
  size_t records_left() const { return max_records_ - batch_.records.size(); }
  size_t bytes_left() const {
    return max_bytes_ > batch_.value_bytes ? max_bytes_ - batch_.value_bytes : 0;
  }

  // Index of the topic for Add().
  uint16_t TopicIndex(const std::string& topic);
  void Add(Message message, uint16_t topic);
  // The batch keeps `client` alive as long as its messages.
  RecordBatch Finish(std::shared_ptr<Client> client);

 private:
  void AddHeaders(rd_kafka_message_s* message, Record* record);

  const size_t max_records_;
  const size_t max_bytes_;
  const bool include_headers_;
  bool closed_ = false;
  RecordBatch batch_;
  std::vector<Message> messages_;
};

}  // namespace sluice::kafka
