// SPDX-License-Identifier: Apache-2.0
#include "monitor/error_labels.h"

#include <set>

namespace sluice::monitor {

namespace {

struct Rule {
  std::string_view begins;  // of the code
  const char* stage;
  const char* kind;
};

// The first that fits counts.
constexpr Rule kRules[] = {
    {"KAFKA_UNREACHABLE", "kafka", "unreachable"},
    {"KAFKA_TRANSPORT", "kafka", "unreachable"},
    {"KAFKA_TIMEOUT", "kafka", "timeout"},
    {"KAFKA_NO_RECORDS", "kafka", "timeout"},
    {"KAFKA_TOPIC_MISSING", "kafka", "topic_missing"},
    {"KAFKA_NOT_AUTHORIZED", "kafka", "not_authorized"},
    {"KAFKA_AUTHENTICATION_FAILED", "kafka", "authentication"},
    {"KAFKA_TLS_FAILED", "kafka", "authentication"},
    {"KAFKA_DATA_LOSS", "kafka", "data_loss"},
    {"KAFKA_CORRUPT_RECORD", "kafka", "corrupt_record"},
    {"RECORD_TOO_LARGE", "kafka", "record_too_large"},
    {"KAFKA", "kafka", "other"},
    {"MALFORMED_RECORD", "decode", "malformed_record"},
    {"INCONSISTENT_BEHAVIOR", "decode", "other"},
    {"PARSE_SCHEMA", "decode", "other"},
    {"CORRUPT_RECORD_TYPE", "decode", "other"},
    {"SQL", "sql", "other"},
    {"EXPLODE", "sql", "other"},
    {"BATCH_TOO_LARGE", "encode", "other"},
    {"PARTITION_VALUE", "encode", "other"},
    {"PARQUET", "encode", "other"},
    {"ARROW_TYPE", "encode", "other"},
    {"COMPRESSION", "encode", "other"},
    {"NO_SPACE", "storage", "no_space"},
    {"NOT_WRITABLE", "storage", "not_writable"},
    {"STORAGE", "storage", "other"},
    {"TABLE_LOG", "storage", "other"},
    {"NOT_FOUND", "storage", "other"},
    {"NO_TABLE", "storage", "other"},
    {"NO_PARENT_DIRECTORY", "storage", "other"},
    {"CONFLICT", "commit", "conflict"},
    {"FENCED", "commit", "fenced"},
    {"METADATA_CHANGED", "commit", "metadata_changed"},
    {"SCHEMA_MISMATCH", "commit", "metadata_changed"},
    {"UNSUPPORTED_FEATURE", "commit", "other"},
    {"TABLE", "commit", "other"},
    {"CHECKPOINT.IO", "checkpoint", "io"},
    {"CHECKPOINT.IN_USE", "checkpoint", "in_use"},
    {"CHECKPOINT", "checkpoint", "other"},
    {"", "query", "other"},
};

}  // namespace

ErrorLabels LabelsOf(std::string_view code) {
  for (const Rule& rule : kRules) {
    if (code.starts_with(rule.begins)) return {rule.stage, rule.kind};
  }
  return {"query", "other"};
}

std::vector<ErrorLabels> AllErrorLabels() {
  std::set<ErrorLabels> all;
  for (const Rule& rule : kRules) all.insert({rule.stage, rule.kind});
  return {all.begin(), all.end()};
}

}  // namespace sluice::monitor
