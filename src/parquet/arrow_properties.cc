// SPDX-License-Identifier: Apache-2.0
#include "parquet/arrow_properties.h"

#include <arrow/c/bridge.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>
#include <parquet/properties.h>

#include <string>
#include <utility>

#include "core/version.h"

namespace sluice::parquet {

namespace pq = ::parquet;

namespace {

// Pages end at Arrow's 1 MiB or here. Its own 20,000 rows make pages of a few hundred bytes out of
// dictionary indices, each of which costs a compression context.
constexpr int64_t kRowsPerPage = 128 * 1024;

DataType Nullable(const DataType& type) {
  if (type.kind() == TypeKind::kArray) return DataType::Array(Nullable(type.children()[0].type));
  if (type.kind() == TypeKind::kMap) {
    return DataType::Map(Nullable(type.children()[0].type), Nullable(type.children()[1].type));
  }
  if (type.kind() != TypeKind::kStruct) return type;
  std::vector<Field> fields;
  for (const Field& field : type.children())
    fields.push_back({field.name, Nullable(field.type), true});
  return DataType::Struct(std::move(fields));
}

arrow::Compression::type CodecOf(const std::string& name) {
  if (name == "zstd") return arrow::Compression::ZSTD;
  return name == "snappy" ? arrow::Compression::SNAPPY : arrow::Compression::UNCOMPRESSED;
}

}  // namespace

arrow::Result<std::shared_ptr<arrow::Schema>> FileSchema(const Schema& schema) {
  ArrowSchema exported;
  ExportSchema(Schema{Nullable(DataType::Struct(schema.fields)).children()}, &exported);
  return arrow::ImportSchema(&exported);
}

arrow::MemoryPool* FilePool() { return arrow::system_memory_pool(); }

std::shared_ptr<pq::WriterProperties> FileProperties(const WriterOptions& options,
                                                     const EncodingChoice& choice) {
  pq::WriterProperties::Builder builder;
  builder.memory_pool(FilePool())
      ->created_by("sluice version " + std::string(kVersion))
      ->compression(CodecOf(options.compression))
      ->write_batch_size(choice.write_batch_rows())
      ->max_rows_per_page(kRowsPerPage)
      ->enable_store_decimal_as_integer()
      ->disable_dictionary();
  if (options.compression == "zstd") builder.compression_level(options.compression_level);
  for (size_t i = 0; i < choice.leaves().size(); ++i) {
    const std::string& path = choice.leaves()[i].path;
    const Encoding encoding = choice.encoding(i);
    if (encoding == Encoding::kDictionary) builder.enable_dictionary(path);
    if (encoding == Encoding::kDeltaBinaryPacked) {
      builder.encoding(path, pq::Encoding::DELTA_BINARY_PACKED);
    }
  }
  return builder.build();
}

std::shared_ptr<pq::ArrowWriterProperties> ConversionProperties() {
  pq::ArrowWriterProperties::Builder builder;
  builder.set_use_threads(false);
  return builder.build();
}

}  // namespace sluice::parquet
