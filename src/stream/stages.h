// SPDX-License-Identifier: Apache-2.0
//
// Makers of the stages that each lane owns. RealStages() is what a query uses; tests give second
// implementations of the same interfaces.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/data_type.h"
#include "core/result.h"
#include "decode/decoder.h"
#include "delta/table.h"
#include "parquet/writer.h"
#include "stream/query.h"
#include "transform/transform.h"

namespace sluice::stream {

struct WriterRequest {
  std::string table_root;
  Schema schema;  // of the files, under the table's spelling
  std::vector<std::string> partition_by;
  int64_t row_group_bytes = 0;                 // at most
  std::vector<delta::NamePath> stats_columns;  // the table wants statistics of these, no others
};

struct Stages {
  std::function<Result<std::unique_ptr<decode::Decoder>>()> make_decoder;
  // Binds the statement and narrows the decoder to the columns that it reads.
  std::function<Result<std::unique_ptr<transform::Transform>>(decode::Decoder&)> make_transform;
  std::function<Result<std::unique_ptr<parquet::DataFileWriter>>(const WriterRequest&)> make_writer;
};

// The stages of `parts`; `lanes` of them share `memory_bytes`.
Stages RealStages(const QueryParts& parts, int lanes, int64_t memory_bytes);

}  // namespace sluice::stream
