// SPDX-License-Identifier: Apache-2.0
//
// The SQL in DuckDB: bound once, then run over one batch after the other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transform/batch_source.h"
#include "transform/duckdb_session.h"
#include "transform/plan.h"
#include "transform/split.h"
#include "transform/statement.h"
#include "transform/transform.h"

namespace sluice::transform {

class DuckdbTransform : public Transform {
 public:
  // Binds `sql`. Errors: Exit, with the place in the SQL. `allow_split`: columns that the statement takes
  // as they are may bypass DuckDB (split.h).
  static Result<std::unique_ptr<DuckdbTransform>> Make(const TransformOptions& options,
                                                       std::shared_ptr<const Schema> input,
                                                       bool allow_split = true);

  const std::shared_ptr<const Schema>& output_schema() const override { return output_schema_; }
  const std::vector<std::string>& used_inputs() const override { return used_inputs_; }
  std::string engine() const override { return "duckdb"; }
  const std::vector<std::string>& warnings() const override { return warnings_; }
  Result<std::vector<Columns>> Run(Columns in, const TransformContext& context) override;

  // Whether the columns that are only picked bypass DuckDB.
  bool is_split() const { return split_.has_value(); }
  const Statement& statement() const { return statement_; }

 private:
  explicit DuckdbTransform(std::shared_ptr<const Schema> input) : input_(std::move(input)) {}

  Status Bind(const TransformOptions& options);
  Status Prepare();
  Status FindUsedInputs();
  Status SetOutput();
  Status Convert();
  Status LookAtPlan(bool allow_split);
  Status PrepareSplit(const Plan& plan);
  Status CheckBatch(const Columns& in) const;
  Status Drain(const std::shared_ptr<const Schema>& schema, std::vector<Columns>* out);
  std::vector<Columns> Join(Columns in, std::vector<Columns> computed) const;
  Status RunTimeError(const char* text) const;

  std::shared_ptr<const Schema> input_;
  std::shared_ptr<const Schema> output_schema_;
  Statement statement_;
  std::vector<std::string> secrets_;
  std::string bound_sql_;  // what runs: the user's text, or a form of it with Spark's types
  std::vector<std::string> conversions_;  // type to cast each result column to; empty: none
  std::optional<Split> split_;
  std::shared_ptr<const Schema> computed_schema_;  // what bound_sql_ gives if it is split
  std::vector<size_t> used_fields_;
  std::vector<std::string> used_inputs_;
  std::vector<std::string> warnings_;

  // In this order: the session's functions read the source, the statement lives in the session.
  std::unique_ptr<BatchSource> source_;
  std::unique_ptr<DuckdbSession> session_;
  OwnedStatement prepared_;
};

}  // namespace sluice::transform
