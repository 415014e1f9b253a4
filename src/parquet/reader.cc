// SPDX-License-Identifier: Apache-2.0
#include "parquet/reader.h"

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace sluice::parquet {

namespace pq = ::parquet;

namespace {

constexpr int64_t kBatchRows = 64 * 1024;

bool StartsAtZero(const arrow::ArrayData& data) {
  return data.offset == 0 && std::all_of(data.child_data.begin(), data.child_data.end(),
                                         [](const auto& child) { return StartsAtZero(*child); });
}

// Counts the nulls of an array and of all below it, which the export takes over.
void CountNulls(const arrow::ArrayData& data) {
  data.GetNullCount();
  for (const auto& child : data.child_data) CountNulls(*child);
}

// Offset 0 and exact null counts at every level, as Columns promises.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> Normalise(const arrow::RecordBatch& batch) {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (std::shared_ptr<arrow::Array> array : batch.columns()) {
    if (!StartsAtZero(*array->data())) {
      ARROW_ASSIGN_OR_RAISE(array, arrow::Concatenate({array}));
    }
    CountNulls(*array->data());
    arrays.push_back(std::move(array));
  }
  return arrow::RecordBatch::Make(batch.schema(), batch.num_rows(), std::move(arrays));
}

arrow::Result<std::unique_ptr<pq::arrow::FileReader>> Open(const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path));
  pq::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_batch_size(kBatchRows);
  // Spark's own files hold 96-bit nanoseconds unless told otherwise.
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  pq::arrow::FileReaderBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Open(file));
  return builder.memory_pool(arrow::default_memory_pool())->properties(properties)->Build();
}

struct Batches {
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  std::vector<bool> int96;  // of each leaf
};

arrow::Result<Batches> ReadBatches(const std::string& path, int64_t max_rows) {
  ARROW_ASSIGN_OR_RAISE(auto reader, Open(path));
  Batches read;
  const pq::SchemaDescriptor& schema = *reader->parquet_reader()->metadata()->schema();
  for (int i = 0; i < schema.num_columns(); ++i) {
    read.int96.push_back(schema.Column(i)->physical_type() == pq::Type::INT96);
  }
  ARROW_ASSIGN_OR_RAISE(auto stream, reader->GetRecordBatchReader());
  int64_t left = max_rows < 0 ? std::numeric_limits<int64_t>::max() : max_rows;
  while (left > 0) {
    ARROW_ASSIGN_OR_RAISE(auto batch, stream->Next());
    if (!batch) break;
    ARROW_ASSIGN_OR_RAISE(batch, Normalise(*batch->Slice(0, left)));
    left -= batch->num_rows();
    read.batches.push_back(std::move(batch));
  }
  return read;
}

// The type with TIMESTAMP for its leaves of 96 bits: they are instants, but do not say so. `leaf` counts.
DataType WithInstants(const DataType& type, const std::vector<bool>& int96, size_t& leaf) {
  const std::vector<Field>& children = type.children();
  const auto child = [&](size_t i) { return WithInstants(children[i].type, int96, leaf); };
  if (type.kind() == TypeKind::kArray) return DataType::Array(child(0), children[0].nullable);
  if (type.kind() == TypeKind::kMap) {
    const DataType key = child(0);
    return DataType::Map(key, child(1), children[1].nullable);
  }
  if (type.kind() != TypeKind::kStruct)
    return int96[leaf++] ? DataType(TypeKind::kTimestamp) : type;
  std::vector<Field> fields;
  for (size_t i = 0; i < children.size(); ++i) {
    fields.push_back({children[i].name, child(i), children[i].nullable});
  }
  return DataType::Struct(std::move(fields));
}

Result<Columns> ToColumns(const arrow::RecordBatch& batch, const std::vector<bool>& int96) {
  ArrowSchema schema;
  ArrowArray array;
  const arrow::Status exported = arrow::ExportRecordBatch(batch, &array, &schema);
  if (!exported.ok()) return Status::Stop("PARQUET", exported.ToString());
  Result<Schema> imported = ImportSchema(schema);
  schema.release(&schema);
  if (!imported.ok()) {
    array.release(&array);
    return imported.status();
  }
  size_t leaf = 0;
  const DataType rows = WithInstants(DataType::Struct(imported->fields), int96, leaf);
  return Columns(std::make_shared<const Schema>(Schema{rows.children()}), array);
}

Status CannotRead(const std::string& path, const std::string& why) {
  return Status::Stop("PARQUET", "cannot read '" + path + "': " + why);
}

}  // namespace

Result<std::vector<Columns>> ReadFile(const std::string& path, int64_t max_rows) {
  try {
    const arrow::Result<Batches> read = ReadBatches(path, max_rows);
    if (!read.ok()) return CannotRead(path, read.status().message());
    std::vector<Columns> all;
    for (const auto& batch : read->batches) {
      Result<Columns> columns = ToColumns(*batch, read->int96);
      if (!columns.ok()) return CannotRead(path, columns.status().message());
      all.push_back(std::move(columns).value());
    }
    return all;
  } catch (const std::exception& error) {
    return CannotRead(path, error.what());
  }
}

}  // namespace sluice::parquet
