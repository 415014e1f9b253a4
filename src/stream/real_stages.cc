// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "stream/stages.h"

namespace sluice::stream {

namespace {

constexpr int64_t kLeastSqlBytes = 32 << 20;

Result<std::unique_ptr<transform::Transform>> MakeTransform(transform::TransformOptions options,
                                                            decode::Decoder& decoder) {
  if (options.sql.empty() && options.pass_through.empty()) {
    options.pass_through = decoder.default_columns();
  }
  SLUICE_ASSIGN_OR_RETURN(auto transform,
                          transform::Transform::Make(options, decoder.input_schema()));
  SLUICE_RETURN_IF_ERROR(decoder.SelectInputs(transform->used_inputs()));
  return transform;
}

Result<std::unique_ptr<parquet::DataFileWriter>> MakeWriter(parquet::WriterOptions options,
                                                            const WriterRequest& request) {
  options.partition_by = request.partition_by;
  options.stats_columns = request.stats_columns;
  options.row_group_bytes = std::min(options.row_group_bytes, request.row_group_bytes);
  return parquet::DataFileWriter::Make(request.table_root, request.schema, options);
}

}  // namespace

Stages RealStages(const QueryParts& parts, int lanes, int64_t memory_bytes) {
  transform::TransformOptions sql = parts.transform;
  sql.memory_bytes = std::max(kLeastSqlBytes, std::min(sql.memory_bytes, memory_bytes / 4 / lanes));
  Stages stages;
  stages.make_decoder = [options = parts.decode, headers = parts.include_headers] {
    return decode::Decoder::Make(options, headers);
  };
  stages.make_transform = [sql](decode::Decoder& decoder) { return MakeTransform(sql, decoder); };
  stages.make_writer = [options = parts.writer](const WriterRequest& request) {
    return MakeWriter(options, request);
  };
  return stages;
}

}  // namespace sluice::stream
