// SPDX-License-Identifier: Apache-2.0
//
// Kafka records on their way from the source to the decoder: views, not copies. The bytes belong to
// `keep_alive` (librdkafka's messages, or a test's strings) and live as long as the batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct RecordHeader {
  std::string_view key;
  std::optional<std::string_view> value;
};

struct Record {
  const char* value = nullptr;  // null pointer: a tombstone (no value)
  const char* key = nullptr;    // null pointer: no key
  size_t value_size = 0;
  size_t key_size = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = -1;  // -1: the broker gave none
  int32_t partition = 0;
  uint16_t topic = 0;          // index into RecordBatch::topics
  int8_t timestamp_type = -1;  // Spark's timestampType: -1 none, 0 CreateTime, 1 LogAppendTime
  uint32_t header_begin = 0;   // [begin, end) in RecordBatch::headers
  uint32_t header_end = 0;

  std::string_view value_view() const { return {value, value_size}; }
  std::string_view key_view() const { return {key, key_size}; }
};

struct RecordBatch {
  std::vector<Record> records;
  std::vector<std::string> topics;
  std::vector<RecordHeader> headers;  // filled only with includeHeaders
  size_t value_bytes = 0;             // sum of value_size
  std::shared_ptr<void> keep_alive;
};

}  // namespace sluice
