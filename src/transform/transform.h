// SPDX-License-Identifier: Apache-2.0
//
// The user's SQL over a batch of columns: one SELECT over the view `input`, bound once at start.
//
//   SLUICE_ASSIGN_OR_RETURN(auto transform, Transform::Make({.sql = "SELECT id FROM input"}, schema));
//   transform->used_inputs();                       // {"id"}: what the decoder has to build
//   SLUICE_ASSIGN_OR_RETURN(std::vector<Columns> out, transform->Run(std::move(in), context));
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/columns.h"
#include "core/result.h"

namespace sluice::transform {

struct TransformOptions {
  std::string sql = {};  // empty: the input columns named in `pass_through`, unchanged
  std::vector<std::string> pass_through = {};
  int64_t memory_bytes = 128 << 20;       // DuckDB's memory_limit
  std::string time_zone = "UTC";          // session zone, for functions that depend on it
  std::vector<std::string> secrets = {};  // texts in `sql` that no message of Run() may show
  bool ansi = true;  // false: a CAST of what does not fit gives NULL, as in Spark before 4
};

struct TransformContext {
  int64_t batch_timestamp_ms = 0;  // value of current_timestamp(), now(), current_date()
};

// One per lane; one thread at a time.
class Transform {
 public:
  // Binds `sql` against `input`. Errors (Exit) point into the SQL with line, column and the nearest
  // names; not exactly one SELECT, file access, and result types without a Spark type are refused.
  static Result<std::unique_ptr<Transform>> Make(const TransformOptions& options,
                                                 const Schema& input);
  virtual ~Transform() = default;

  virtual const std::shared_ptr<const Schema>& output_schema() const = 0;
  // Columns of `input` that the statement reads. Run() wants just these, in the order of `input`.
  virtual const std::vector<std::string>& used_inputs() const = 0;
  // "native" or "duckdb": how it runs.
  virtual std::string engine() const = 0;
  // Warnings found at binding (e.g. a plan with DELIM_JOIN), for the log; may be empty.
  virtual const std::vector<std::string>& warnings() const = 0;
  // Zero or more batches of the output schema. Errors (Stop): a run-time error of the SQL (a cast...).
  virtual Result<std::vector<Columns>> Run(Columns in, const TransformContext& context) = 0;
};

}  // namespace sluice::transform
