// SPDX-License-Identifier: Apache-2.0
#include "cli/stage_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

#include "cli/decode_checks.h"
#include "cli/kafka_checks.h"
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
  const auto& client = job.source.client;
  return OptionMistakes("source", client, kafka::CheckClientOptions(client));
}

Mistakes CheckLogin(const JobConfig& job) {
  return LoginMistakes("source", kafka::CheckClientOptions(job.source.client));
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

Mistakes CheckDecoder(const JobConfig& job) {
  Mistakes mistakes = JudgeDecode(job).mistakes;
  for (StageMistake& idle : FindIdleDecodeOptions(job)) {
    const bool wrong = std::ranges::find(mistakes, idle.key, &StageMistake::key) != mistakes.end();
    if (!wrong) mistakes.push_back(std::move(idle));
  }
  return mistakes;
}

// With a default in the place of what is wrong in the decoder's options: that is told by CheckDecoder.
Result<BoundJob> BindUsable(const JobConfig& job, const JudgedDecode& judged) {
  JobStages stages = StagesOf(job);
  stages.decode = judged.usable;
  return BindJob(stages);
}

// The rows that go into the table; null if they are not known, which is told elsewhere.
std::shared_ptr<const Schema> RowsOf(const JobConfig& job) {
  const JudgedDecode judged = JudgeDecode(job);
  if (!judged.schema_parses) return nullptr;
  const auto bound = BindUsable(job, judged);
  return bound.ok() ? bound->transform->output_schema() : nullptr;
}

// Whether the name stands in the SQL as a word, whatever it means there.
bool Names(const std::string& sql, const std::string& column) {
  const std::string text = ToLower(sql), name = ToLower(column);
  const auto goes_on = [&](size_t at) {
    return at < text.size() && (IsLetterOrDigit(text[at]) || text[at] == '_');
  };
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    if ((at == 0 || !goes_on(at - 1)) && !goes_on(at + name.size())) return true;
  }
  return false;
}

// Whether the SQL reads columns of the types that the user means: one array is another with an explode.
bool KnowsColumnsOf(const JobConfig& job, const JudgedDecode& judged) {
  if (!judged.schema_parses || judged.explodes) return judged.schema_parses;
  const auto schema = decode::ParseDdl(job.decode.schema);
  return schema.ok() && !Names(job.sql, job.decode.explode) &&
         std::ranges::none_of(schema->fields, [&](const Field& field) {
           return field.type.kind() == TypeKind::kArray && Names(job.sql, field.name);
         });
}

Mistakes CheckSql(const JobConfig& job) {
  const JudgedDecode judged = JudgeDecode(job);
  const auto bound = BindUsable(job, judged);
  if (bound.ok()) return {};
  // Without its columns the statement's form can be judged, but not what it reads.
  const std::string& code = bound.status().code();
  if (!KnowsColumnsOf(job, judged) && code != "SQL_SYNTAX" && code != "SQL_REFUSED") return {};
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
  const auto rows = job.sql.empty() ? RowsOf(job) : nullptr;
  if (!rows) return {};
  Mistakes mistakes;
  for (const Field& field : rows->fields) {
    const std::string type = UnwritableType(field.type);
    if (type.empty()) continue;
    mistakes.push_back({"decode.schema", fmt::format("column {} holds the type {}, which a table "
                                                     "cannot have; leave it out",
                                                     field.name, type)});
  }
  const Status names = transform::CheckOutputNames(*rows);
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

// Of SQL that is wrong so much is known: a result column is named by it, or is one of the input's.
bool MayBeNamed(const JobConfig& job, const std::string& column) {
  const JudgedDecode judged = JudgeDecode(job);
  const auto decoder = decode::Decoder::Make(judged.usable, job.source.include_headers);
  return !judged.schema_parses || !decoder.ok() || Names(job.sql, column) ||
         (*decoder)->input_schema().Find(column) >= 0;
}

Mistakes CheckPartitions(const JobConfig& job) {
  const std::vector<std::string>& columns = job.query.partition_by;
  if (columns.empty()) return {};
  const auto rows = RowsOf(job);
  Mistakes mistakes;
  for (const std::string& column : columns) {
    std::string wrong;
    if (rows) {
      wrong = WrongPartitionColumn(*rows, column);
    } else if (!MayBeNamed(job, column)) {
      wrong = fmt::format("there is no column {}: `sql` does not name one", column);
    }
    if (!wrong.empty()) mistakes.push_back({"sink.partitionBy", std::move(wrong)});
  }
  if (mistakes.empty() && rows && columns.size() >= rows->fields.size()) {
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
  const auto rows = RowsOf(job);
  if (!rows) return {};
  std::string wrong = WrongEventTime(*rows, job);
  if (wrong.empty()) return {};
  return {{"monitor.eventTime", std::move(wrong)}};
}

// A check of what the job's rows are, and of `key` about them.
config::StageCheck OfRows(Mistakes (*check)(const JobConfig&), const std::string& key) {
  std::vector<std::string> needs = {"decode", "sql", "ansi", "source.includeHeaders"};
  if (!key.empty()) needs.push_back(key);
  return {
      std::move(needs),
      check,
      // They leave the columns as they are.
      {"decode.mode", "decode.columnNameOfCorruptRecord", "decode.timestampFormat",
       "decode.timestampNTZFormat", "decode.dateFormat", "decode.timeZone", "decode.sparkVersion"}};
}

}  // namespace

std::vector<config::StageCheck> AllStageChecks() {
  std::vector<config::StageCheck> checks = DecodeStageChecks();
  checks.push_back({{}, CheckKafka});
  checks.push_back({LoginKeys("source"), CheckLogin});
  checks.push_back({{}, CheckPattern});
  return checks;
}

std::vector<config::StageCheck> DecodeStageChecks() {
  return {
      {{}, CheckSchema},
      {{}, CheckDecoder},
      OfRows(CheckSql, ""),
      OfRows(CheckDecodedColumns, ""),
      OfRows(CheckPartitions, "sink.partitionBy"),
      OfRows(CheckEventTime, "monitor.eventTime"),
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
