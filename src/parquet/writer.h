// SPDX-License-Identifier: Apache-2.0
//
// Columns to Parquet data files with Delta's statistics: one file for each partition value, named
// part-<lane, five digits>-<batch>-<uuid>.c000.<codec>.parquet in the Hive directory of its value
// (without .<codec> when there is none).
//
//   SLUICE_ASSIGN_OR_RETURN(auto writer, DataFileWriter::Make(root, schema, options));
//   writer->Begin(BatchId{7}, /*lane=*/0);
//   SLUICE_RETURN_IF_ERROR(writer->Write(columns));
//   SLUICE_ASSIGN_OR_RETURN(std::vector<DataFile> files, writer->Finish());   // fsynced, none empty
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/columns.h"
#include "core/data_file.h"
#include "core/ids.h"
#include "core/result.h"
#include "parquet/writer_options.h"

namespace sluice::parquet {

// One per lane; one thread at a time. Learns from the data which columns repay a dictionary.
class DataFileWriter {
 public:
  static Result<std::unique_ptr<DataFileWriter>> Make(std::string table_root, Schema schema,
                                                      WriterOptions options);
  virtual ~DataFileWriter() = default;
  virtual void Begin(BatchId batch, int lane) = 0;
  // Schema of `columns` must equal the writer's (names, types, order).
  // Errors: Stop with the path and errno text; ENOSPC is Retry (NO_SPACE). After an error, of Finish()
  // too, nothing of the batch is left on the disk, and Begin() starts it again.
  virtual Status Write(const Columns& columns) = 0;
  // Closes, fsyncs files and new directories. No file for no rows.
  virtual Result<std::vector<DataFile>> Finish() = 0;
  // Deletes what was written since Begin.
  virtual void Abandon() = 0;
  // Bytes of rows now held in memory; at most about row_group_bytes: what is encoded is written.
  virtual int64_t buffered_bytes() const = 0;
};

}  // namespace sluice::parquet
