// SPDX-License-Identifier: Apache-2.0
//
// Kafka's own columns of a batch: key, value, topic, partition, offset, timestamp, timestampType,
// headers and processing_timestamp. Each is built only when asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/data_type.h"
#include "core/record_batch.h"
#include "decode/column_builder.h"

namespace sluice::decode {

enum class KafkaColumn {
  kKey,
  kValue,
  kTopic,
  kPartition,
  kOffset,
  kTimestamp,
  kTimestampType,
  kHeaders,
  kProcessingTimestamp
};

// A column of the decoder's input that is not decoded from the message.
struct KafkaField {
  Field field;
  KafkaColumn column;
};

// Kafka's columns beside `decoded`, in order: the plain names that no decoded column takes (ignoring
// case), then the prefixed ones.
std::vector<KafkaField> KafkaFieldsBeside(const Schema& decoded, bool include_headers);

// Builds one column, of one row a record.
ColumnBuilder BuildKafkaColumn(KafkaColumn column, const RecordBatch& records,
                               int64_t batch_timestamp_ms);

}  // namespace sluice::decode
