// SPDX-License-Identifier: Apache-2.0
//
// A DuckDB in memory with one connection, one thread, no way out to files, network or extensions.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "transform/duckdb_handles.h"

namespace sluice::transform {

class DuckdbSession {
 public:
  // Open but not yet locked: macros and the input still have to be declared. Errors: Stop, or Exit for
  // a time zone that is not known.
  // `ansi`: of Spark's two ways to CAST, the one that refuses more.
  static Result<std::unique_ptr<DuckdbSession>> Open(int64_t memory_bytes,
                                                     const std::string& time_zone,
                                                     bool ansi = true);

  // Spark's functions that DuckDB lacks: those that `sql` can call, or all that are not yet there.
  Status DeclareMacrosFor(std::string_view sql);
  Status DeclareAllMacros();
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
  Status DeclareMacros(const std::vector<const char*>& macros);

  // Read by the function batch_timestamp(), which lives as long as the database.
  std::unique_ptr<int64_t> batch_timestamp_us_ = std::make_unique<int64_t>(0);
  std::set<const char*> declared_macros_;
  bool utc_ = true;
  OwnedDatabase database_;
  OwnedConnection connection_;
};

}  // namespace sluice::transform
