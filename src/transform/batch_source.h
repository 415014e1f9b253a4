// SPDX-License-Identifier: Apache-2.0
//
// The batch at hand as a table that DuckDB reads: the view `input` over a table function.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/columns.h"
#include "core/result.h"
#include "transform/column_use.h"
#include "transform/duckdb_session.h"

namespace sluice::transform {

// The view `input` has the columns of the batch; this one has its row numbers (from 0) too.
inline constexpr const char* kNumberedView = "numbered_input";
// No column of a result can have this name, and so no statement can mean it.
inline constexpr const char* kRowNumberColumn = "{row}";

class BatchSource {
 public:
  // Declares the two views with the columns of `schema` in the session, which must not outlive this.
  static Result<std::unique_ptr<BatchSource>> Declare(DuckdbSession& session,
                                                      std::shared_ptr<const Schema> schema);

  // Which columns any scan has asked for since Declare(): one flag for each field of the schema.
  const std::vector<bool>& requested() const { return requested_; }
  // Counts that field as asked for, whether a scan does or not.
  void Request(size_t field) { requested_.at(field) = true; }

  // What of the fields of the schema the statement reads from now on; at first all of each.
  void set_use(std::vector<ColumnUse> use) { use_ = std::move(use); }

  // The batch that scans read from now on: its columns are those fields of the schema whose
  // indexes are in `fields`. `batch` must live until the statement is drained.
  void Point(const Columns* batch, const std::vector<size_t>& fields);
  void Clear() { batch_ = nullptr; }

 private:
  explicit BatchSource(std::shared_ptr<const Schema> schema);

  static void Bind(duckdb_bind_info info);
  static void Init(duckdb_init_info info);
  static void Scan(duckdb_function_info info, duckdb_data_chunk output);

  std::shared_ptr<const Schema> schema_;
  std::vector<bool> requested_;
  std::vector<ColumnUse> use_;
  const Columns* batch_ = nullptr;    // null: no rows
  std::vector<int> column_of_field_;  // field of the schema -> column of the batch, or -1
};

}  // namespace sluice::transform
