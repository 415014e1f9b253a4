// SPDX-License-Identifier: Apache-2.0
#include "decode/kafka_columns.h"

namespace sluice::decode {

namespace {

struct Definition {
  const char* name;
  KafkaColumn column;
  TypeKind kind;
};

constexpr Definition kDefinitions[] = {
    {"key", KafkaColumn::kKey, TypeKind::kBinary},
    {"value", KafkaColumn::kValue, TypeKind::kBinary},
    {"topic", KafkaColumn::kTopic, TypeKind::kString},
    {"partition", KafkaColumn::kPartition, TypeKind::kInt},
    {"offset", KafkaColumn::kOffset, TypeKind::kLong},
    {"timestamp", KafkaColumn::kTimestamp, TypeKind::kTimestamp},
    {"timestampType", KafkaColumn::kTimestampType, TypeKind::kInt},
    {"headers", KafkaColumn::kHeaders, TypeKind::kArray},
    {"processing_timestamp", KafkaColumn::kProcessingTimestamp, TypeKind::kTimestamp},
};

DataType TypeOf(const Definition& definition) {
  if (definition.column != KafkaColumn::kHeaders) return DataType(definition.kind);
  return DataType::Array(DataType::Struct(
      {{"key", DataType(TypeKind::kString), true}, {"value", DataType(TypeKind::kBinary), true}}));
}

const Definition& DefinitionOf(KafkaColumn column) {
  return kDefinitions[static_cast<size_t>(column)];
}

void AppendHeaders(const RecordBatch& records, const Record& record, ColumnBuilder* out) {
  if (record.header_begin == record.header_end) return out->AppendNull();
  ColumnBuilder& entry = out->child(0);
  for (uint32_t i = record.header_begin; i < record.header_end; ++i) {
    const RecordHeader& header = records.headers[i];
    entry.child(0).AppendBytes(header.key);
    if (header.value) {
      entry.child(1).AppendBytes(*header.value);
    } else {
      entry.child(1).AppendNull();
    }
    entry.CloseStruct();
  }
  out->CloseList();
}

void AppendBytesOrNull(const char* data, size_t size, ColumnBuilder* out) {
  if (data == nullptr) {
    out->AppendNull();
  } else {
    out->AppendBytes({data, size});
  }
}

void AppendOne(KafkaColumn column, const RecordBatch& records, const Record& record,
               int64_t batch_timestamp_ms, ColumnBuilder* out) {
  switch (column) {
    case KafkaColumn::kKey: return AppendBytesOrNull(record.key, record.key_size, out);
    case KafkaColumn::kValue: return AppendBytesOrNull(record.value, record.value_size, out);
    case KafkaColumn::kTopic: return out->AppendBytes(records.topics[record.topic]);
    case KafkaColumn::kPartition: return out->Append(record.partition);
    case KafkaColumn::kOffset: return out->Append(record.offset);
    case KafkaColumn::kTimestamp: return out->Append<int64_t>(record.timestamp_ms * 1000);
    case KafkaColumn::kTimestampType: return out->Append<int32_t>(record.timestamp_type);
    case KafkaColumn::kHeaders: return AppendHeaders(records, record, out);
    case KafkaColumn::kProcessingTimestamp: return out->Append<int64_t>(batch_timestamp_ms * 1000);
  }
}

}  // namespace

std::vector<KafkaField> KafkaFieldsBeside(const Schema& decoded, bool include_headers) {
  std::vector<KafkaField> fields;
  for (const char* prefix : {"", "kafka_"}) {
    for (const Definition& definition : kDefinitions) {
      if (definition.column == KafkaColumn::kHeaders && !include_headers) continue;
      if (definition.column == KafkaColumn::kProcessingTimestamp && *prefix != '\0') continue;
      const std::string name = std::string(prefix) + definition.name;
      if (decoded.Find(name) < 0)
        fields.push_back({{name, TypeOf(definition), true}, definition.column});
    }
  }
  return fields;
}

ColumnBuilder BuildKafkaColumn(KafkaColumn column, const RecordBatch& records,
                               int64_t batch_timestamp_ms) {
  ColumnBuilder builder(TypeOf(DefinitionOf(column)));
  builder.Reserve(static_cast<int64_t>(records.records.size()), records.value_bytes);
  for (const Record& record : records.records) {
    AppendOne(column, records, record, batch_timestamp_ms, &builder);
  }
  return builder;
}

}  // namespace sluice::decode
