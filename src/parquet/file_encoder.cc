// SPDX-License-Identifier: Apache-2.0
#include "parquet/file_encoder.h"

#include <arrow/array.h>
#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <utility>

#include "parquet/arrow_properties.h"
#include "parquet/stats_collector.h"

namespace sluice::parquet {

namespace pq = ::parquet;

namespace {

// Tells Spark that dates and timestamps are in the proleptic Gregorian calendar and need no rebase.
constexpr char kSparkVersionKey[] = "org.apache.spark.version";
constexpr char kSparkVersion[] = "3.5.0";

// Arrow's sink over our file; remembers the first error, which says more than Arrow's text of it.
class FileSink : public arrow::io::OutputStream {
 public:
  explicit FileSink(OutputFile file) : file_(std::move(file)) {}
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return file_.size(); }
  arrow::Status Write(const void* data, int64_t size) override {
    if (status_.ok()) status_ = file_.Write(data, static_cast<size_t>(size));
    return status_.ok() ? arrow::Status::OK() : arrow::Status::IOError("the data file failed");
  }
  // From now on nothing reaches the file: it is about to be deleted.
  void Refuse() {
    if (status_.ok()) status_ = Status::Cancelled();
  }
  OutputFile& file() { return file_; }
  const Status& status() const { return status_; }

 private:
  OutputFile file_;
  Status status_;
  bool closed_ = false;
};

void ReleaseNothing(ArrowArray* array) { array->release = nullptr; }

// Whether a column chunk began with a dictionary and went on without.
bool DictionaryOverflowed(const pq::ColumnChunkMetaData& chunk) {
  if (!chunk.has_dictionary_page()) return false;
  const std::vector<pq::PageEncodingStats>& pages = chunk.encoding_stats();
  return std::any_of(pages.begin(), pages.end(), [](const pq::PageEncodingStats& page) {
    return page.page_type != pq::PageType::DICTIONARY_PAGE &&
           page.encoding != pq::Encoding::RLE_DICTIONARY &&
           page.encoding != pq::Encoding::PLAIN_DICTIONARY;
  });
}

class ArrowFileEncoder : public FileEncoder {
 public:
  ArrowFileEncoder(OutputFile file, const Schema& schema, const WriterOptions& options,
                   EncodingChoice& choice)
      : schema_(schema),
        choice_(choice),
        stats_(schema, options.stats_columns),
        sink_(std::make_shared<FileSink>(std::move(file))) {}

  // Arrow's writer tries to finish the file when it is dropped.
  ~ArrowFileEncoder() override { sink_->Refuse(); }

  Status Open(const WriterOptions& options) {
    return Guard([&]() -> arrow::Status {
      ARROW_ASSIGN_OR_RAISE(arrow_schema_, FileSchema(schema_));
      ARROW_ASSIGN_OR_RAISE(writer_, pq::arrow::FileWriter::Open(*arrow_schema_, FilePool(), sink_,
                                                                 FileProperties(options, choice_),
                                                                 ConversionProperties()));
      return writer_->AddKeyValueMetadata(
          arrow::KeyValueMetadata::Make({kSparkVersionKey}, {kSparkVersion}));
    });
  }

  Status WriteRowGroup(const std::vector<const ArrowArray*>& columns) override {
    return Guard([&]() -> arrow::Status {
      ARROW_ASSIGN_OR_RAISE(const std::vector<std::shared_ptr<arrow::Array>> arrays,
                            Borrow(columns));
      num_records_ += columns[0]->length;
      stats_.Add(arrays);
      ARROW_RETURN_NOT_OK(writer_->NewRowGroup());
      for (const auto& array : arrays) ARROW_RETURN_NOT_OK(writer_->WriteColumnChunk(*array));
      return arrow::Status::OK();
    });
  }

  Result<EncodedFile> Finish() override {
    SLUICE_RETURN_IF_ERROR(Guard([&] { return writer_->Close(); }));
    EncodedFile encoded;
    encoded.num_records = num_records_;
    encoded.size_bytes = sink_->file().size();
    SLUICE_RETURN_IF_ERROR(Guard([&] {
      const std::shared_ptr<pq::FileMetaData> footer = writer_->metadata();
      encoded.stats_json = stats_.Finish(schema_, *footer);
      LearnFrom(*footer);
      return arrow::Status::OK();
    }));
    SLUICE_ASSIGN_OR_RETURN(encoded.modification_time_ms, sink_->file().ModificationTimeMs());
    encoded.file = std::move(sink_->file());
    return encoded;
  }

 private:
  // Runs Arrow's code: its exceptions and statuses become ours.
  template <typename Work>
  Status Guard(Work work) {
    std::string message;
    try {
      const arrow::Status status = work();
      if (status.ok()) return Status::Ok();
      message = status.ToString();
    } catch (const std::exception& error) {
      message = error.what();
    }
    if (!sink_->status().ok()) return sink_->status();
    return Status::Stop("PARQUET", "cannot write '" + sink_->file().path() + "': " + message +
                                       "; the table is unchanged");
  }

  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Borrow(
      const std::vector<const ArrowArray*>& columns) const {
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (size_t i = 0; i < columns.size(); ++i) {
      std::shared_ptr<arrow::DataType> type = arrow_schema_->field(static_cast<int>(i))->type();
      if (columns[i]->dictionary) type = arrow::dictionary(arrow::int32(), type);
      ArrowArray borrowed = *columns[i];
      borrowed.release = ReleaseNothing;
      ARROW_ASSIGN_OR_RAISE(arrays.emplace_back(), arrow::ImportArray(&borrowed, type));
    }
    return arrays;
  }

  // A dictionary of Arrow's that overflowed was in vain.
  void LearnFrom(const pq::FileMetaData& footer) {
    for (int group = 0; group < footer.num_row_groups(); ++group) {
      for (int leaf = 0; leaf < footer.num_columns(); ++leaf) {
        if (DictionaryOverflowed(*footer.RowGroup(group)->ColumnChunk(leaf))) {
          choice_.DictionaryOverflowed(static_cast<size_t>(leaf));
        }
      }
    }
  }

  const Schema schema_;
  EncodingChoice& choice_;
  StatsCollector stats_;
  std::shared_ptr<FileSink> sink_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  std::unique_ptr<pq::arrow::FileWriter> writer_;
  int64_t num_records_ = 0;
};

}  // namespace

Result<std::unique_ptr<FileEncoder>> FileEncoder::Make(OutputFile file, const Schema& schema,
                                                       const WriterOptions& options,
                                                       EncodingChoice& choice) {
  auto encoder = std::make_unique<ArrowFileEncoder>(std::move(file), schema, options, choice);
  SLUICE_RETURN_IF_ERROR(encoder->Open(options));
  return std::unique_ptr<FileEncoder>(std::move(encoder));
}

}  // namespace sluice::parquet
