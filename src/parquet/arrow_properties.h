// SPDX-License-Identifier: Apache-2.0
//
// Our options and schema in Arrow's terms.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>
#include <parquet/type_fwd.h>

#include <memory>

#include "core/data_type.h"
#include "parquet/encoding_choice.h"
#include "parquet/writer_options.h"

namespace sluice::parquet {

// The schema of a data file: everything nullable, as Delta's tables are; map keys excepted.
arrow::Result<std::shared_ptr<arrow::Schema>> FileSchema(const Schema& schema);

// Where the writer takes its memory from: malloc costs no more here than Arrow's default (mimalloc)
// and gives more of it back.
arrow::MemoryPool* FilePool();

std::shared_ptr<::parquet::WriterProperties> FileProperties(const WriterOptions& options,
                                                            const EncodingChoice& choice);

std::shared_ptr<::parquet::ArrowWriterProperties> ConversionProperties();

}  // namespace sluice::parquet
