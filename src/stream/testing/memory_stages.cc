// SPDX-License-Identifier: Apache-2.0
#include "stream/testing/memory_stages.h"

#include <array>
#include <functional>
#include <utility>

#include "checkpoint/uuid.h"

namespace sluice::stream {

namespace {

constexpr size_t kColumns = 4;

// The buffers of an Arrow struct of four BIGINT columns.
struct Buffers {
  std::array<std::vector<int64_t>, kColumns> values;
  std::array<std::array<const void*, 2>, kColumns> child_buffers;
  std::array<ArrowArray, kColumns> children;
  std::array<ArrowArray*, kColumns> pointers;
  const void* root_buffers[1] = {nullptr};
};

void ReleaseNothing(ArrowArray* array) { array->release = nullptr; }

void ReleaseRoot(ArrowArray* array) {
  delete static_cast<Buffers*>(array->private_data);
  array->release = nullptr;
}

std::shared_ptr<const Schema> SharedSchema() {
  static const auto schema = std::make_shared<const Schema>(MemorySchema());
  return schema;
}

Columns MakeColumns(const std::vector<MemoryRow>& rows) {
  auto* buffers = new Buffers;
  for (const MemoryRow& row : rows) {
    buffers->values[0].push_back(row.topic_hash);
    buffers->values[1].push_back(row.partition);
    buffers->values[2].push_back(row.offset);
    buffers->values[3].push_back(row.batch_timestamp_ms);
  }
  const auto length = static_cast<int64_t>(rows.size());
  for (size_t i = 0; i < kColumns; ++i) {
    buffers->child_buffers[i] = {nullptr, buffers->values[i].data()};
    ArrowArray child{};
    child.length = length;
    child.n_buffers = 2;
    child.buffers = buffers->child_buffers[i].data();
    child.release = ReleaseNothing;
    buffers->children[i] = child;
    buffers->pointers[i] = &buffers->children[i];
  }
  ArrowArray root{};
  root.length = length;
  root.n_buffers = 1;
  root.buffers = buffers->root_buffers;
  root.n_children = kColumns;
  root.children = buffers->pointers.data();
  root.release = ReleaseRoot;
  root.private_data = buffers;
  return Columns(SharedSchema(), root);
}

std::vector<MemoryRow> RowsOf(const Columns& columns) {
  auto value = [&](size_t column, int64_t row) {
    return static_cast<const int64_t*>(columns.column(column).buffers[1])[row];
  };
  std::vector<MemoryRow> rows;
  for (int64_t i = 0; i < columns.num_rows(); ++i) {
    rows.push_back({value(0, i), value(1, i), value(2, i), value(3, i)});
  }
  return rows;
}

class MemoryDecoder : public decode::Decoder {
 public:
  const Schema& input_schema() const override { return MemorySchema(); }
  std::vector<std::string> default_columns() const override { return {}; }
  Status SelectInputs(const std::vector<std::string>&) override { return Status::Ok(); }
  const std::shared_ptr<const Schema>& selected_schema() const override {
    static const auto schema = SharedSchema();
    return schema;
  }
  Result<decode::Decoded> Decode(const RecordBatch& records,
                                 const decode::BatchContext& context) override {
    decode::Decoded decoded;
    std::vector<MemoryRow> rows;
    for (const Record& record : records.records) {
      const TopicPartition partition{records.topics[record.topic], PartitionId{record.partition}};
      if (record.value_view() == "poison") {
        return Status::Stop("MALFORMED_RECORD", partition.ToString() + " offset " +
                                                    std::to_string(record.offset) + " is no JSON");
      }
      if (record.value_view() == "bad") {
        decoded.rejects.push_back(
            {static_cast<uint32_t>(rows.size()), decode::RejectReason::kNotJson, ""});
      }
      decoded.unmatched += record.value_view() == "foreign";
      rows.push_back({TopicHash(partition.topic), record.partition, record.offset,
                      context.batch_timestamp_ms});
    }
    decoded.records = static_cast<int64_t>(rows.size());
    decoded.columns = MakeColumns(rows);
    return decoded;
  }
};

class PassThrough : public transform::Transform {
 public:
  const std::shared_ptr<const Schema>& output_schema() const override {
    static const auto schema = SharedSchema();
    return schema;
  }
  const std::vector<std::string>& used_inputs() const override { return none_; }
  std::string engine() const override { return "native"; }
  const std::vector<std::string>& warnings() const override { return none_; }
  Result<std::vector<Columns>> Run(Columns in, const transform::TransformContext&) override {
    std::vector<Columns> out;
    out.push_back(std::move(in));
    return out;
  }

 private:
  std::vector<std::string> none_;
};

class MemoryWriter : public parquet::DataFileWriter {
 public:
  MemoryWriter(std::shared_ptr<MemoryFiles> files, int64_t row_bytes)
      : files_(std::move(files)), row_bytes_(row_bytes) {}

  void Begin(BatchId batch, int lane) override {
    name_ = "part-" + std::to_string(lane) + "-" + std::to_string(batch.value) + "-";
    rows_.clear();
  }
  Status Write(const Columns& columns) override {
    SLUICE_RETURN_IF_ERROR(files_->Enter("write"));
    for (const MemoryRow& row : RowsOf(columns)) rows_.push_back(row);
    return Status::Ok();
  }
  Result<std::vector<DataFile>> Finish() override {
    SLUICE_RETURN_IF_ERROR(files_->Enter("finish"));
    if (rows_.empty()) return std::vector<DataFile>();
    DataFile file;
    file.path = name_ + checkpoint::RandomUuid();
    file.num_records = static_cast<int64_t>(rows_.size());
    file.size_bytes = buffered_bytes();
    files_->Put(file.path, std::exchange(rows_, {}));
    return std::vector<DataFile>{file};
  }
  void Abandon() override {
    files_->NoteAbandoned();
    rows_.clear();
  }
  int64_t buffered_bytes() const override {
    return static_cast<int64_t>(rows_.size()) * row_bytes_;
  }

 private:
  std::shared_ptr<MemoryFiles> files_;
  int64_t row_bytes_;
  std::string name_;
  std::vector<MemoryRow> rows_;
};

}  // namespace

int64_t TopicHash(const std::string& topic) {
  return static_cast<int64_t>(std::hash<std::string>()(topic) >> 1);
}

const Schema& MemorySchema() {
  static const DataType kLong(TypeKind::kLong);
  static const Schema schema{{{"topic_hash", kLong, true},
                              {"partition", kLong, true},
                              {"offset", kLong, true},
                              {"batch_timestamp_ms", kLong, true}}};
  return schema;
}

void MemoryFiles::Put(const std::string& path, std::vector<MemoryRow> rows) {
  const std::lock_guard lock(mutex_);
  files_[path] = std::move(rows);
}

std::vector<MemoryRow> MemoryFiles::Rows(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  return found == files_.end() ? std::vector<MemoryRow>() : found->second;
}

size_t MemoryFiles::count() const {
  const std::lock_guard lock(mutex_);
  return files_.size();
}

int MemoryFiles::abandoned() const {
  const std::lock_guard lock(mutex_);
  return abandoned_;
}

void MemoryFiles::NoteAbandoned() {
  const std::lock_guard lock(mutex_);
  ++abandoned_;
}

void MemoryFiles::set_fault(std::function<Status(const std::string&)> fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

Status MemoryFiles::Enter(const std::string& operation) {
  std::function<Status(const std::string&)> fault;
  {
    const std::lock_guard lock(mutex_);
    fault = fault_;
  }
  return fault ? fault(operation) : Status::Ok();
}

Stages MemoryStages(std::shared_ptr<MemoryFiles> files, int64_t row_bytes) {
  Stages stages;
  stages.make_decoder = [] {
    return Result<std::unique_ptr<decode::Decoder>>(std::make_unique<MemoryDecoder>());
  };
  stages.make_transform = [](decode::Decoder&) {
    return Result<std::unique_ptr<transform::Transform>>(std::make_unique<PassThrough>());
  };
  stages.make_writer = [files, row_bytes](const WriterRequest&) {
    return Result<std::unique_ptr<parquet::DataFileWriter>>(
        std::make_unique<MemoryWriter>(files, row_bytes));
  };
  return stages;
}

}  // namespace sluice::stream
