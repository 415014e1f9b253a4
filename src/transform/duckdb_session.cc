// SPDX-License-Identifier: Apache-2.0
#include "transform/duckdb_session.h"

#include <algorithm>
#include <utility>

#include "transform/duckdb_types.h"
#include "transform/spark_casts.h"
#include "transform/spark_functions.h"
#include "transform/spark_macros.h"
#include "transform/sql_error.h"

namespace sluice::transform {

namespace {

// Settings that only the opening can make, or that must hold from the first statement on.
constexpr std::pair<const char*, const char*> kConfig[] = {
    {"threads", "1"},
    {"enable_external_access", "false"},
    {"autoinstall_known_extensions", "false"},
    {"autoload_known_extensions", "false"},
    {"allow_community_extensions", "false"},
};

Status Failed(const std::string& what, const char* why) {
  return Status::Stop("SQL_ENGINE", what + ": " + ParseEngineError(why).message);
}

std::string Quote(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + "'";
}

// Volatile: else DuckDB would compute it once, when the statement is bound.
void BatchTimestamp(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto* value = static_cast<const int64_t*>(duckdb_scalar_function_get_extra_info(info));
  auto* out = static_cast<int64_t*>(duckdb_vector_get_data(output));
  std::fill_n(out, duckdb_data_chunk_get_size(input), *value);
}

}  // namespace

Result<std::unique_ptr<DuckdbSession>> DuckdbSession::Open(int64_t memory_bytes,
                                                           const std::string& time_zone,
                                                           bool ansi) {
  std::unique_ptr<DuckdbSession> session(new DuckdbSession);
  duckdb_config raw = nullptr;
  duckdb_create_config(&raw);
  const OwnedConfig config(raw);
  for (const auto& [name, value] : kConfig) {
    if (duckdb_set_config(config.get(), name, value) != DuckDBSuccess) {
      return Status::Stop("SQL_ENGINE", std::string("DuckDB does not know its option ") + name);
    }
  }
  duckdb_database database = nullptr;
  char* error = nullptr;
  if (duckdb_open_ext(nullptr, &database, config.get(), &error) != DuckDBSuccess) {
    return Status::Stop("SQL_ENGINE", "DuckDB does not open: " + TakeText(error));
  }
  session->database_.reset(database);
  duckdb_connection connection = nullptr;
  if (duckdb_connect(database, &connection) != DuckDBSuccess) {
    return Status::Stop("SQL_ENGINE", "DuckDB gives no connection");
  }
  session->connection_.reset(connection);
  SLUICE_RETURN_IF_ERROR(session->Configure(memory_bytes, time_zone, ansi));
  return session;
}

Status DuckdbSession::Configure(int64_t memory_bytes, const std::string& time_zone, bool ansi) {
  SLUICE_RETURN_IF_ERROR(Execute("SET errors_as_json=true"));
  const Status zone = Execute("SET TimeZone=" + Quote(time_zone));
  if (!zone.ok()) {
    return Status::Exit("SQL_TIME_ZONE",
                        "the time zone " + Quote(time_zone) + " is not known: " + zone.message());
  }
  // The division of a floating point number by zero is NULL, as Spark has it.
  SLUICE_RETURN_IF_ERROR(Execute("SET ieee_floating_point_ops=false"));
  SLUICE_RETURN_IF_ERROR(Execute("SET memory_limit='" + std::to_string(memory_bytes) + "B'"));
  SLUICE_RETURN_IF_ERROR(DeclareFunctions());
  SLUICE_RETURN_IF_ERROR(RegisterSparkFunctions(connection_.get()));
  SLUICE_RETURN_IF_ERROR(RegisterSparkCasts(connection_.get(), ansi));
  utc_ = time_zone == "UTC";
  return utc_ ? RegisterUtcFunctions(connection_.get()) : Status::Ok();
}

Status DuckdbSession::DeclareMacrosFor(std::string_view sql) {
  return DeclareMacros(SparkMacrosFor(sql, utc_));
}

Status DuckdbSession::DeclareAllMacros() { return DeclareMacros(SparkMacros(utc_)); }

Status DuckdbSession::DeclareMacros(const std::vector<const char*>& macros) {
  // One transaction: one by one they take far longer.
  SLUICE_RETURN_IF_ERROR(Execute("BEGIN"));
  for (const char* macro : macros) {
    if (declared_macros_.insert(macro).second) SLUICE_RETURN_IF_ERROR(Execute(macro));
  }
  return Execute("COMMIT");
}

Status DuckdbSession::DeclareFunctions() {
  const OwnedScalarFunction function(duckdb_create_scalar_function());
  duckdb_scalar_function_set_name(function.get(), "batch_timestamp");
  const OwnedType type(duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ));
  duckdb_scalar_function_set_return_type(function.get(), type.get());
  duckdb_scalar_function_set_volatile(function.get());
  duckdb_scalar_function_set_extra_info(function.get(), batch_timestamp_us_.get(), nullptr);
  duckdb_scalar_function_set_function(function.get(), BatchTimestamp);
  if (duckdb_register_scalar_function(connection_.get(), function.get()) == DuckDBSuccess)
    return Status::Ok();
  return Status::Stop("SQL_ENGINE", "DuckDB refuses the function batch_timestamp");
}

Status DuckdbSession::Execute(const std::string& sql) {
  QueryResult result;
  if (duckdb_query(connection_.get(), sql.c_str(), result.get()) == DuckDBSuccess)
    return Status::Ok();
  return Failed(sql, result.error());
}

Result<std::string> DuckdbSession::QueryText(const std::string& sql, const std::string& parameter) {
  bool ok = false;
  const OwnedStatement statement = Prepare(sql, &ok);
  if (!ok) return Failed(sql, duckdb_prepare_error(statement.get()));
  if (duckdb_nparams(statement.get()) == 1) {
    duckdb_bind_varchar_length(statement.get(), 1, parameter.data(), parameter.size());
  }
  QueryResult result;
  if (duckdb_execute_prepared(statement.get(), result.get()) != DuckDBSuccess) {
    return Failed(sql, result.error());
  }
  const OwnedChunk chunk = result.Fetch();
  if (!chunk || duckdb_data_chunk_get_size(chunk.get()) == 0) return std::string();
  const duckdb_vector vector = duckdb_data_chunk_get_vector(
      chunk.get(), duckdb_data_chunk_get_column_count(chunk.get()) - 1);
  auto* text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
  return std::string(duckdb_string_t_data(text), duckdb_string_t_length(*text));
}

OwnedStatement DuckdbSession::Prepare(const std::string& sql, bool* ok) {
  duckdb_prepared_statement statement = nullptr;
  *ok = duckdb_prepare(connection_.get(), sql.c_str(), &statement) == DuckDBSuccess;
  return OwnedStatement(statement);
}

}  // namespace sluice::transform
