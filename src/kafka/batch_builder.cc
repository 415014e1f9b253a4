// SPDX-License-Identifier: Apache-2.0
#include "kafka/batch_builder.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstring>

namespace sluice::kafka {
namespace {

struct KeptMessages {
  std::shared_ptr<Client> client;  // destroyed after the messages
  std::vector<Message> messages;
};

int8_t SparkTimestampType(rd_kafka_timestamp_type_t type) {
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME: return 0;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: return 1;
    default: return -1;
  }
}

}  // namespace

uint16_t BatchBuilder::TopicIndex(const std::string& topic) {
  const auto found = std::find(batch_.topics.begin(), batch_.topics.end(), topic);
  const auto index = static_cast<uint16_t>(found - batch_.topics.begin());
  if (found == batch_.topics.end()) batch_.topics.push_back(topic);
  return index;
}

void BatchBuilder::Add(Message message, uint16_t topic) {
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
  messages_.push_back(std::move(message));
}

void BatchBuilder::AddHeaders(rd_kafka_message_s* message, Record* record) {
  record->header_begin = record->header_end = static_cast<uint32_t>(batch_.headers.size());
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    RecordHeader& header = batch_.headers.emplace_back();
    header.key = {name, std::strlen(name)};
    if (value != nullptr) header.value = {static_cast<const char*>(value), size};
  }
  record->header_end = static_cast<uint32_t>(batch_.headers.size());
}

RecordBatch BatchBuilder::Finish(std::shared_ptr<Client> client) {
  batch_.keep_alive =
      std::make_shared<KeptMessages>(KeptMessages{std::move(client), std::move(messages_)});
  return std::move(batch_);
}

}  // namespace sluice::kafka
