// SPDX-License-Identifier: Apache-2.0
#include "transform/duckdb_transform.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "transform/duckdb_types.h"
#include "transform/output_builder.h"
#include "transform/output_names.h"
#include "transform/sql_error.h"

namespace sluice::transform {

namespace {

// A batch that grows past this is cut: the stages behind want long batches, not endless ones.
constexpr size_t kLargestBatchBytes = 256 << 20;

bool HasNtz(const DataType& type) {
  if (type.kind() == TypeKind::kTimestampNtz) return true;
  for (const Field& child : type.children()) {
    if (HasNtz(child.type)) return true;
  }
  return false;
}

// SELECT CAST(c0 AS ...), c1 FROM (sql) AS r(c0, c1).
std::string WithConversions(const std::string& sql, const std::vector<std::string>& conversions) {
  std::string select;
  std::string names;
  for (size_t i = 0; i < conversions.size(); ++i) {
    const std::string name = "c" + std::to_string(i);
    names += (names.empty() ? "" : ", ") + name;
    select += select.empty() ? "SELECT " : ", ";
    select += conversions[i].empty() ? name : "CAST(" + name + " AS " + conversions[i] + ")";
  }
  return select + " FROM (" + sql + ") AS r(" + names + ")";
}

// The paths of picked columns start in the batch, which has the used fields only.
void MovePathsToUsed(const std::vector<size_t>& used_fields, Split* split) {
  for (auto& column : split->columns) {
    if (!column) continue;
    const auto field = static_cast<size_t>(column->path[0]);
    const auto at = std::lower_bound(used_fields.begin(), used_fields.end(), field);
    column->path[0] = static_cast<int>(at - used_fields.begin());
  }
}

void HideTexts(const std::vector<std::string>& secrets, std::string* message) {
  std::vector<std::string> ordered = secrets;
  std::ranges::stable_sort(ordered, std::ranges::greater(), &std::string::size);
  for (const std::string& secret : ordered) {
    for (size_t at = message->find(secret); !secret.empty() && at != std::string::npos;
         at = message->find(secret, at + 4)) {
      message->replace(at, secret.size(), "****");
    }
  }
}

}  // namespace

Result<std::unique_ptr<DuckdbTransform>> DuckdbTransform::Make(const TransformOptions& options,
                                                               std::shared_ptr<const Schema> input,
                                                               bool allow_split) {
  std::unique_ptr<DuckdbTransform> transform(new DuckdbTransform(std::move(input)));
  SLUICE_RETURN_IF_ERROR(transform->Bind(options));
  SLUICE_RETURN_IF_ERROR(transform->LookAtPlan(allow_split));
  return transform;
}

Status DuckdbTransform::Bind(const TransformOptions& options) {
  SLUICE_RETURN_IF_ERROR(CheckInputNames(*input_));
  secrets_ = options.secrets;
  SLUICE_ASSIGN_OR_RETURN(
      session_, DuckdbSession::Open(options.memory_bytes, options.time_zone, options.ansi));
  SLUICE_RETURN_IF_ERROR(session_->DeclareMacrosFor(options.sql));
  SLUICE_ASSIGN_OR_RETURN(source_, BatchSource::Declare(*session_, input_));
  SLUICE_RETURN_IF_ERROR(session_->Lock());
  SLUICE_ASSIGN_OR_RETURN(statement_,
                          ParseStatement(*session_, options.sql,
                                         {.try_casts = !options.ansi, .columns = input_.get()}));
  SLUICE_RETURN_IF_ERROR(Prepare());
  SLUICE_RETURN_IF_ERROR(FindUsedInputs());
  return SetOutput();
}

Status DuckdbTransform::Prepare() {
  bound_sql_ = statement_.changed ? statement_.canonical_text : statement_.text;
  bool ok = false;
  prepared_ = session_->Prepare(bound_sql_, &ok);
  if (ok && duckdb_prepared_statement_type(prepared_.get()) == DUCKDB_STATEMENT_TYPE_SELECT) {
    return Status::Ok();
  }
  if (ok)
    return Status::Exit("SQL_REFUSED",
                        "the SQL must be one SELECT statement over the view `input`");
  // The engine names functions like the one that it does not find: it has to know them all.
  SLUICE_RETURN_IF_ERROR(session_->DeclareAllMacros());
  prepared_ = session_->Prepare(bound_sql_, &ok);
  EngineError error = ParseEngineError(duckdb_prepare_error(prepared_.get()));
  if (statement_.changed) {
    error.position = std::nullopt;
    // Positions are right only in what the user wrote, if that fails of the same.
    const OwnedStatement original = session_->Prepare(statement_.text, &ok);
    const EngineError written =
        ok ? EngineError() : ParseEngineError(duckdb_prepare_error(original.get()));
    if (!ok && written.subtype == error.subtype && written.name == error.name) error = written;
  }
  return Status::Exit("SQL_BIND", DescribeEngineError(statement_.text, error, *input_));
}

// A run over no rows tells which columns the plan really reads. To be called for each statement that is
// prepared: another one may read others.
Status DuckdbTransform::FindUsedInputs() {
  QueryResult result;
  if (duckdb_execute_prepared(prepared_.get(), result.get()) != DuckDBSuccess) {
    const EngineError error = ParseEngineError(result.error());
    return Status::Exit("SQL_BIND", DescribeEngineError(statement_.text, error, *input_));
  }
  used_fields_.clear();
  used_inputs_.clear();
  for (size_t i = 0; i < input_->fields.size(); ++i) {
    if (!source_->requested()[i]) continue;
    used_fields_.push_back(i);
    used_inputs_.push_back(input_->fields[i].name);
  }
  return Status::Ok();
}

Status DuckdbTransform::SetOutput() {
  ResultTypeRules rules{.keep_ntz = statement_.names_ntz, .utc = session_->utc()};
  for (size_t i : used_fields_) rules.keep_ntz |= HasNtz(input_->fields[i].type);
  Schema schema;
  bool convert = false;
  for (idx_t i = 0; i < duckdb_prepared_statement_column_count(prepared_.get()); ++i) {
    std::string name =
        TakeText(const_cast<char*>(duckdb_prepared_statement_column_name(prepared_.get(), i)));
    if (i < statement_.spark_names.size() && !statement_.spark_names[i].empty())
      name = statement_.spark_names[i];
    const OwnedType type(duckdb_prepared_statement_column_logical_type(prepared_.get(), i));
    const Result<ResultType> result = FromDuckdbType(type.get(), rules);
    if (!result.ok()) {
      return Status::Exit(result.status().code(), "SQL: result column " + std::to_string(i + 1) +
                                                      ", \"" + name + "\", " +
                                                      result.status().message());
    }
    convert |= !result->cast.empty();
    conversions_.push_back(result->cast);
    schema.fields.push_back({std::move(name), result->type});
  }
  SLUICE_RETURN_IF_ERROR(CheckOutputNames(schema));
  output_schema_ = std::make_shared<const Schema>(std::move(schema));
  return convert ? Convert() : Status::Ok();
}

Status DuckdbTransform::Convert() {
  bound_sql_ = WithConversions(statement_.canonical_text, conversions_);
  bool ok = false;
  prepared_ = session_->Prepare(bound_sql_, &ok);
  if (ok) return FindUsedInputs();
  const EngineError error = ParseEngineError(duckdb_prepare_error(prepared_.get()));
  return Status::Exit("SQL_BIND",
                      "SQL: the result cannot be given Spark's types: " + error.message);
}

Status DuckdbTransform::LookAtPlan(bool allow_split) {
  SLUICE_ASSIGN_OR_RETURN(const Plan plan, Plan::Explain(*session_, bound_sql_));
  warnings_ = plan.Warnings();
  return allow_split ? PrepareSplit(plan) : Status::Ok();
}

Status DuckdbTransform::PrepareSplit(const Plan& plan) {
  SLUICE_ASSIGN_OR_RETURN(std::optional<Split> split,
                          PlanSplit(*session_, statement_, plan, *input_, *output_schema_));
  if (!split) return Status::Ok();
  Schema computed;
  std::vector<std::string> conversions;
  for (size_t i = 0; i < split->columns.size(); ++i) {
    if (split->columns[i]) continue;
    computed.fields.push_back(output_schema_->fields[i]);
    conversions.push_back(conversions_[i]);
  }
  if (split->filtered) {
    computed.fields.push_back({kRowNumberColumn, DataType(TypeKind::kLong)});
    conversions.emplace_back();
  }
  const std::string sql = WithConversions(split->sql, conversions);
  bool ok = false;
  OwnedStatement statement = session_->Prepare(sql, &ok);
  // A WHERE may speak of a picked column by its new name, which is gone here: then all runs in DuckDB.
  if (!ok) return Status::Ok();
  prepared_ = std::move(statement);
  for (const auto& column : split->columns) {
    if (column) source_->Request(static_cast<size_t>(column->path[0]));
  }
  SLUICE_RETURN_IF_ERROR(FindUsedInputs());
  source_->set_use(split->use);
  MovePathsToUsed(used_fields_, &*split);
  bound_sql_ = sql;
  split_ = std::move(split);
  computed_schema_ = std::make_shared<const Schema>(std::move(computed));
  return Status::Ok();
}

Status DuckdbTransform::CheckBatch(const Columns& in) const {
  if (in.num_columns() == used_inputs_.size()) return Status::Ok();
  return Status::Stop("SQL_INPUT", "the SQL reads " + std::to_string(used_inputs_.size()) +
                                       " columns and was given " +
                                       std::to_string(in.num_columns()));
}

Result<std::vector<Columns>> DuckdbTransform::Run(Columns in, const TransformContext& context) {
  SLUICE_RETURN_IF_ERROR(CheckBatch(in));
  session_->set_batch_timestamp_us(context.batch_timestamp_ms * 1000);
  source_->Point(&in, used_fields_);
  std::vector<Columns> out;
  const Status drained = Drain(split_ ? computed_schema_ : output_schema_, &out);
  source_->Clear();
  if (!drained.ok()) return drained;
  if (split_) return Join(std::move(in), std::move(out));
  return out;
}

std::vector<Columns> DuckdbTransform::Join(Columns in, std::vector<Columns> computed) const {
  std::vector<Columns> joined;
  int64_t first_row = 0;
  for (Columns& part : computed) {
    const int64_t rows = part.num_rows();
    joined.push_back(JoinSplit(*split_, &in, std::move(part), first_row, output_schema_));
    first_row += rows;
  }
  return joined;
}

Status DuckdbTransform::Drain(const std::shared_ptr<const Schema>& schema,
                              std::vector<Columns>* out) {
  QueryResult result;
  if (duckdb_execute_prepared_streaming(prepared_.get(), result.get()) != DuckDBSuccess) {
    return RunTimeError(result.error());
  }
  auto builder = std::make_unique<BatchBuilder>(schema);
  const auto finish = [&] {
    if (builder->num_rows() > 0) out->emplace_back(schema, std::move(*builder).Finish());
    builder = std::make_unique<BatchBuilder>(schema);
  };
  while (const OwnedChunk chunk = result.Fetch()) {
    builder->Append(chunk.get());
    if (!builder->fits()) {
      return Status::Stop("SQL_BATCH_TOO_LARGE",
                          "2048 rows of the SQL's result hold more than 2 GiB in one "
                          "column; nothing of this batch was written");
    }
    if (builder->size_bytes() > kLargestBatchBytes) finish();
  }
  // A streaming run tells of its failure after the last chunk.
  if (const char* error = result.error(); error && *error) return RunTimeError(error);
  finish();
  return Status::Ok();
}

Status DuckdbTransform::RunTimeError(const char* text) const {
  const EngineError error = ParseEngineError(text);
  const bool placed = error.position && bound_sql_ == statement_.text;
  std::string message = "SQL: " + error.message;
  if (placed && secrets_.empty()) {
    message = PointIntoSql(statement_.text, *error.position, error.message);
  } else if (placed) {
    message = "SQL, " + PlaceInSql(statement_.text, *error.position) + ": " + error.message;
  }
  HideTexts(secrets_, &message);
  message += "\nNothing of this batch was written.";
  if (error.type == "Conversion")
    message +=
        " TRY_CAST gives NULL instead of this error, and so does every CAST with ansi: false.";
  if (error.type == "Out of Range")
    message += " TRY(...) around what is computed gives NULL instead of this error.";
  if (error.type == "Out of Memory")
    message += " Raise query.memory, or lower source.maxOffsetsPerTrigger.";
  return Status::Stop("SQL_RUNTIME", std::move(message));
}

}  // namespace sluice::transform
