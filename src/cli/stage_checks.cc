// SPDX-License-Identifier: Apache-2.0
#include "cli/stage_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

#include "config/key_lookup.h"
#include "config/key_table.h"
#include "core/ascii.h"
#include "decode/schema_ddl.h"
#include "kafka/source.h"
#include "kafka/topic_pattern.h"
#include "parquet/partition_value.h"
#include "transform/output_names.h"
#include "transform/sql_error.h"

namespace sluice::cli {

namespace {

using config::JobConfig;
using config::StageMistake;
using Mistakes = std::vector<StageMistake>;

Mistakes CheckKafka(const JobConfig& job) {
  Mistakes mistakes;
  const kafka::ClientOptionNotes notes = kafka::CheckClientOptions(job.source.client);
  for (const auto& [option, message] : notes.problems) {
    // That it is missing was found before.
    if (option == "bootstrap.servers" && !job.source.client.contains(option)) continue;
    mistakes.push_back({"source.kafka." + option, message});
  }
  for (const auto& [option, message] : notes.warnings)
    mistakes.push_back({.key = "source.kafka." + option, .message = message, .is_warning = true});
  return mistakes;
}

Mistakes CheckPattern(const JobConfig& job) {
  const auto* subscribe = std::get_if<kafka::SubscribePattern>(&job.source.subscription);
  if (subscribe == nullptr) return {};
  const auto pattern = kafka::TopicPattern::Make(subscribe->pattern);
  if (pattern.ok()) return {};
  return {{"source.subscribePattern", pattern.status().message()}};
}

Mistakes CheckSchema(const JobConfig& job) {
  if (job.decode.schema.empty()) return {};
  const auto schema = decode::ParseDdl(job.decode.schema);
  if (schema.ok()) return {};
  return {{"decode.schema", schema.status().message()}};
}

// The key that the decoder's refusal is about: its message begins with its name.
std::string DecoderKey(const Status& status) {
  if (status.code() == "CORRUPT_RECORD_TYPE") return "decode.schema";  // the type stands there
  const std::string& message = status.message();
  const config::KeySpec* key =
      config::FindKey(config::JobKeys(), "decode", message.substr(0, message.find_first_of(" :")));
  return key ? key->path() : "decode";
}

Mistakes CheckDecoder(const JobConfig& job) {
  const auto decoder = decode::Decoder::Make(job.decode, job.source.include_headers);
  if (decoder.ok()) return {};
  return {{DecoderKey(decoder.status()), decoder.status().message()}};
}

Mistakes CheckSql(const JobConfig& job) {
  const auto bound = BindJob(StagesOf(job));
  if (bound.ok()) return {};
  const std::string& message = bound.status().message();
  const auto place = transform::PlaceOfMessage(message).value_or(transform::SqlPlace{});
  return {{"sql", message, place.line, place.column}};
}

// Empty, or the type within `type` that a table cannot have.
std::string UnwritableType(const DataType& type) {
  if (type.kind() == TypeKind::kVoid) return "VOID";
  if (type.kind() == TypeKind::kStruct && type.children().empty()) return "STRUCT<> without fields";
  for (const Field& child : type.children()) {
    std::string found = UnwritableType(child.type);
    if (!found.empty()) return found;
  }
  return {};
}

// Without SQL the decoded columns go into the table as they are.
Mistakes CheckDecodedColumns(const JobConfig& job) {
  if (!job.sql.empty()) return {};
  const auto bound = BindJob(StagesOf(job));
  if (!bound.ok()) return {};  // told by CheckDecoder
  const Schema& rows = *bound->transform->output_schema();
  Mistakes mistakes;
  for (const Field& field : rows.fields) {
    const std::string type = UnwritableType(field.type);
    if (type.empty()) continue;
    mistakes.push_back({"decode.schema", fmt::format("column {} holds the type {}, which a table "
                                                     "cannot have; leave it out",
                                                     field.name, type)});
  }
  const Status names = transform::CheckOutputNames(rows);
  if (!names.ok()) {
    const std::string& why = names.message();
    mistakes.push_back({"decode.schema", why.substr(why.starts_with("SQL: ") ? 5 : 0) +
                                             "; without `sql` the columns keep their names"});
  }
  return mistakes;
}

// Empty, or why the table cannot be kept apart by that column.
std::string WrongPartitionColumn(const Schema& rows, const std::string& column) {
  const int at = rows.Find(column);
  if (at < 0) {
    std::string names;
    for (const Field& field : rows.fields) names += (names.empty() ? "" : ", ") + field.name;
    return fmt::format("there is no column {}; the rows have {}", column, names);
  }
  const Status status = parquet::CheckPartitionColumn(rows.fields[static_cast<size_t>(at)]);
  return status.ok() ? "" : status.message();
}

Mistakes CheckPartitions(const JobConfig& job) {
  const std::vector<std::string>& columns = job.query.partition_by;
  if (columns.empty()) return {};
  const auto bound = BindJob(StagesOf(job));
  if (!bound.ok()) return {};  // told by CheckSql
  const Schema& rows = *bound->transform->output_schema();
  Mistakes mistakes;
  for (const std::string& column : columns) {
    std::string wrong = WrongPartitionColumn(rows, column);
    if (!wrong.empty()) mistakes.push_back({"sink.partitionBy", std::move(wrong)});
  }
  if (mistakes.empty() && columns.size() >= rows.fields.size()) {
    mistakes.push_back(
        {"sink.partitionBy", "a table needs a column besides those that it is partitioned by"});
  }
  return mistakes;
}

std::string WrongEventTime(const Schema& rows, const JobConfig& job) {
  const std::string& column = job.query.event_time;
  const int at = rows.Find(column);
  if (at < 0) return fmt::format("there is no column {} in the result", column);
  if (std::ranges::any_of(job.query.partition_by, [&](const std::string& other) {
        return EqualIgnoringCase(other, column);
      }))
    return "the table is partitioned by that column; name another";
  const TypeKind kind = rows.fields[static_cast<size_t>(at)].type.kind();
  constexpr std::array kTimes = {TypeKind::kTimestamp, TypeKind::kTimestampNtz, TypeKind::kLong,
                                 TypeKind::kInt, TypeKind::kString};
  return std::ranges::find(kTimes, kind) != kTimes.end()
             ? ""
             : fmt::format("column {} is a {}, which holds no time", column,
                           rows.fields[static_cast<size_t>(at)].type.ToDdl());
}

Mistakes CheckEventTime(const JobConfig& job) {
  if (job.query.event_time.empty()) return {};
  const auto bound = BindJob(StagesOf(job));
  if (!bound.ok()) return {};  // told by CheckSql
  std::string wrong = WrongEventTime(*bound->transform->output_schema(), job);
  if (wrong.empty()) return {};
  return {{"monitor.eventTime", std::move(wrong)}};
}

}  // namespace

std::vector<config::StageCheck> AllStageChecks() {
  return {
      {{}, CheckKafka},
      {{}, CheckPattern},
      {{}, CheckSchema},
      {{"decode"}, CheckDecoder},
      {{"decode", "sql", "ansi", "source.includeHeaders"}, CheckSql},
      {{"decode", "sql", "ansi", "source.includeHeaders"}, CheckDecodedColumns},
      {{"decode", "sql", "ansi", "source.includeHeaders", "sink.partitionBy"}, CheckPartitions},
      {{"decode", "sql", "ansi", "source.includeHeaders", "monitor.eventTime"}, CheckEventTime},
  };
}

JobStages StagesOf(const JobConfig& job) {
  return {job.decode, job.source.include_headers, job.sql, job.ansi, job.sql_secrets};
}

Result<BoundJob> BindJob(const JobStages& stages) {
  BoundJob job;
  SLUICE_ASSIGN_OR_RETURN(job.decoder,
                          decode::Decoder::Make(stages.decode, stages.include_headers));
  transform::TransformOptions options;
  options.sql = stages.sql;
  options.pass_through = job.decoder->default_columns();
  options.time_zone = stages.decode.time_zone;
  options.ansi = stages.ansi;
  options.secrets = stages.sql_secrets;
  SLUICE_ASSIGN_OR_RETURN(job.transform,
                          transform::Transform::Make(options, job.decoder->input_schema()));
  SLUICE_RETURN_IF_ERROR(job.decoder->SelectInputs(job.transform->used_inputs()));
  return job;
}

}  // namespace sluice::cli
