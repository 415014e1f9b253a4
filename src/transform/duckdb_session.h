// SPDX-License-Identifier: Apache-2.0
//
// A DuckDB in memory with one connection, one thread, no way out to files, network or extensions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/result.h"
#include "transform/duckdb_handles.h"

namespace sluice::transform {

class DuckdbSession {
 public:
  // Open but not yet locked: macros and the input still have to be declared. Errors: Stop.
  // `ansi`: of Spark's two ways to CAST, the one that refuses more.
  static Result<std::unique_ptr<DuckdbSession>> Open(int64_t memory_bytes,
                                                     const std::string& time_zone,
                                                     bool ansi = true);

  // From now on no setting can be changed.
  Status Lock() { return Execute("SET lock_configuration=true"); }

  // Runs statements of ours, which do not fail.
  Status Execute(const std::string& sql);
  // Runs a statement of ours with one text parameter (or none) and gives the first value as text.
  Result<std::string> QueryText(const std::string& sql, const std::string& parameter);
  // Binds a statement. The statement holds the error, duckdb_prepare_error(), if it fails.
  OwnedStatement Prepare(const std::string& sql, bool* ok);

  duckdb_connection connection() { return connection_.get(); }

  // Whether the session's zone is UTC: a TIMESTAMP without zone is then the same number as one with.
  bool utc() const { return utc_; }

  // What current_timestamp and its kin give, in microseconds.
  void set_batch_timestamp_us(int64_t value) { *batch_timestamp_us_ = value; }

 private:
  DuckdbSession() = default;
  Status Configure(int64_t memory_bytes, const std::string& time_zone, bool ansi);
  Status DeclareFunctions();

  // Read by the function batch_timestamp(), which lives as long as the database.
  std::unique_ptr<int64_t> batch_timestamp_us_ = std::make_unique<int64_t>(0);
  bool utc_ = true;
  OwnedDatabase database_;
  OwnedConnection connection_;
};

}  // namespace sluice::transform
