// SPDX-License-Identifier: Apache-2.0
//
// Gathers Delta's statistics of one file: null counts and odd floating-point values from the rows as
// they are written, bounds from the Parquet footer, which the encoder has computed anyway.
#pragma once

#include <arrow/type_fwd.h>
#include <parquet/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/data_type.h"
#include "parquet/leaf_columns.h"

namespace sluice::parquet {

// One per file; one thread.
class StatsCollector {
 public:
  // `wanted`: as WriterOptions::stats_columns.
  StatsCollector(const Schema& schema,
                 const std::optional<std::vector<std::vector<std::string>>>& wanted);

  // To be called with all rows that go into the file.
  void Add(const std::vector<std::shared_ptr<arrow::Array>>& columns);
  // Delta's JSON; `footer` of the closed file.
  std::string Finish(const Schema& schema, const ::parquet::FileMetaData& footer) const;

 private:
  struct Column {
    DataType type;
    ColumnPath position;
    bool wanted = true;
    int footer_column = -1;  // -1: has no bounds (BOOLEAN, BINARY, ARRAY, MAP)
    int64_t null_count = 0;
    bool has_nan = false;
    bool has_negative_zero = false;
  };
  void AddColumns(const std::vector<Field>& fields, const ColumnPath& parent, int& footer_column);
  void KeepOnly(const Schema& schema, const std::vector<std::vector<std::string>>& wanted);

  std::vector<Column> columns_;
  int64_t num_records_ = 0;
};

}  // namespace sluice::parquet
