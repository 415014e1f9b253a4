// SPDX-License-Identifier: Apache-2.0
//
// One Parquet file: rows in, encoded pages out to a file, a footer with Delta's statistics at the end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/arrow_c.h"
#include "core/data_type.h"
#include "core/result.h"
#include "parquet/encoding_choice.h"
#include "parquet/output_file.h"
#include "parquet/writer_options.h"

namespace sluice::parquet {

struct EncodedFile {
  OutputFile file;  // open, not yet flushed to the disk
  int64_t size_bytes = 0;
  int64_t modification_time_ms = 0;
  int64_t num_records = 0;
  std::string stats_json;
};

// One thread. The file is deleted when the encoder is dropped before Finish().
class FileEncoder {
 public:
  // `choice` must outlive the encoder; it learns from the finished file.
  static Result<std::unique_ptr<FileEncoder>> Make(OutputFile file, const Schema& schema,
                                                   const WriterOptions& options,
                                                   EncodingChoice& choice);
  virtual ~FileEncoder() = default;

  // Writes one row group: all rows of columns that are laid out by the schema; a STRING column may be an
  // Arrow dictionary. They are borrowed for the call.
  virtual Status WriteRowGroup(const std::vector<const ArrowArray*>& columns) = 0;
  // Writes the footer and hands the file over. The last call.
  virtual Result<EncodedFile> Finish() = 0;
};

}  // namespace sluice::parquet
