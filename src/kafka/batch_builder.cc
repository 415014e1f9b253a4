// SPDX-License-Identifier: Apache-2.0
#include "kafka/batch_builder.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <string_view>

namespace sluice::kafka {
namespace {

struct KeptMessages {
  std::vector<std::shared_ptr<Client>> clients;  // destroyed after the messages
  std::vector<Message> messages;
};

int8_t SparkTimestampType(rd_kafka_timestamp_type_t type) {
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME: return 0;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: return 1;
    default: return -1;
  }
}

// Calls `action` with name, value (null: none) and the value's size of each.
template <typename Action>
void ForEachHeader(rd_kafka_message_s* message, const Action& action) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    action(std::string_view(name), value, size);
  }
}

}  // namespace

uint16_t BatchBuilder::TopicIndex(const std::string& topic) {
  const auto found = std::find(batch_.topics.begin(), batch_.topics.end(), topic);
  const auto index = static_cast<uint16_t>(found - batch_.topics.begin());
  if (found == batch_.topics.end()) batch_.topics.push_back(topic);
  return index;
}

size_t BatchBuilder::SizeOf(rd_kafka_message_s* message) const {
  size_t bytes = message->len + message->key_len;
  if (!include_headers_) return bytes;
  ForEachHeader(message, [&bytes](std::string_view name, const void*, size_t size) {
    bytes += name.size() + size + sizeof(RecordHeader);
  });
  return bytes;
}

void BatchBuilder::KeepAlive(const std::shared_ptr<Client>& client) {
  if (std::find(clients_.begin(), clients_.end(), client) == clients_.end())
    clients_.push_back(client);
}

void BatchBuilder::Add(Message message, uint16_t topic, size_t bytes) {
  Record& record = batch_.records.emplace_back();
  record.value = static_cast<const char*>(message->payload);
  record.value_size = message->len;
  record.key = static_cast<const char*>(message->key);
  record.key_size = message->key_len;
  record.offset = message->offset;
  record.partition = message->partition;
  record.topic = topic;
  rd_kafka_timestamp_type_t type;
  record.timestamp_ms = rd_kafka_message_timestamp(message.get(), &type);
  record.timestamp_type = SparkTimestampType(type);
  if (include_headers_) AddHeaders(message.get(), &record);
  batch_.value_bytes += record.value_size;
  bytes_ += bytes;
  messages_.push_back(std::move(message));
}

void BatchBuilder::AddHeaders(rd_kafka_message_s* message, Record* record) {
  record->header_begin = record->header_end = static_cast<uint32_t>(batch_.headers.size());
  ForEachHeader(message, [this](std::string_view name, const void* value, size_t size) {
    RecordHeader& header = batch_.headers.emplace_back();
    header.key = name;
    if (value != nullptr) header.value = {static_cast<const char*>(value), size};
  });
  record->header_end = static_cast<uint32_t>(batch_.headers.size());
}

RecordBatch BatchBuilder::Finish() {
  batch_.keep_alive =
      std::make_shared<KeptMessages>(KeptMessages{std::move(clients_), std::move(messages_)});
  return std::move(batch_);
}

}  // namespace sluice::kafka
