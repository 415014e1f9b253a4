// SPDX-License-Identifier: Apache-2.0
#include "parquet/writer.h"

#include <algorithm>
#include <functional>
#include <list>
#include <set>
#include <utility>

#include "core/fault_point.h"
#include "parquet/data_file_name.h"
#include "parquet/encoding_choice.h"
#include "parquet/file_encoder.h"
#include "parquet/output_file.h"
#include "parquet/partition_value.h"
#include "parquet/row_buffer.h"
#include "parquet/row_split.h"

namespace sluice::parquet {

namespace {

// Partitions share the bytes of a row group, but none gets less than this.
constexpr int64_t kLeastRowGroupBytes = 1 << 20;
// Rows gathered between two looks at the size.
constexpr int64_t kAppendRows = 16 * 1024;

using ColumnViews = std::vector<const ArrowArray*>;

// One file of the batch in hand: the partition it belongs to, and rows that wait for a row group.
struct Part {
  PartitionValues values;
  std::string directory;
  RowBuffer waiting;
  bool numbered = false;  // the rows are gathered as a settled choice wants them
  std::string name{};     // from the first row group on
  std::unique_ptr<FileEncoder> encoder{};
};

// What Make() found out about the schema.
struct Layout {
  Schema table;  // as given
  std::vector<int> partition_columns;
  std::vector<int> file_columns;
  Schema file;  // the file columns
};

Status CheckOptions(const WriterOptions& options) {
  const std::string& codec = options.compression;
  if (codec != "zstd" && codec != "snappy" && codec != "none") {
    return Status::Exit("COMPRESSION",
                        "compression '" + codec + "' is not one of zstd, snappy, none");
  }
  if (options.encoding != "compact" && options.encoding != "compatible") {
    return Status::Exit("ENCODING",
                        "encoding '" + options.encoding + "' is not one of compact, compatible");
  }
  if (options.row_group_rows < 1 || options.max_open_files < 1) {
    return Status::Exit("WRITER_OPTIONS",
                        "row groups need at least 1 row, and 1 file must be open");
  }
  return Status::Ok();
}

// The name of the first VOID column, nested ones included; empty if there is none.
std::string FindVoid(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    if (field.type.kind() == TypeKind::kVoid) return field.name;
    const std::string below = FindVoid(field.type.children());
    if (!below.empty()) return field.name + "." + below;
  }
  return "";
}

Result<Layout> LayOut(Schema schema, const std::vector<std::string>& partition_by) {
  Layout layout;
  for (const std::string& name : partition_by) {
    const int index = schema.Find(name);
    if (index < 0) {
      return Status::Exit("PARTITION_COLUMN", "partitionBy: there is no column '" + name +
                                                  "'; the columns are " + schema.ToDdl());
    }
    SLUICE_RETURN_IF_ERROR(CheckPartitionColumn(schema.fields[static_cast<size_t>(index)]));
    layout.partition_columns.push_back(index);
  }
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    const std::vector<int>& taken = layout.partition_columns;
    if (std::find(taken.begin(), taken.end(), static_cast<int>(i)) != taken.end()) continue;
    layout.file_columns.push_back(static_cast<int>(i));
    layout.file.fields.push_back(schema.fields[i]);
  }
  if (layout.file.fields.empty()) {
    return Status::Exit(
        "PARTITION_COLUMN",
        "partitionBy names every column; at least one has to stay in the data files");
  }
  layout.table = std::move(schema);
  return layout;
}

// A file with its footer: on disk after Sync(), deleted with this unless it is kept.
struct FinishedFile {
  DataFile description;
  OutputFile file;
  bool closed = false;
};

class Writer : public DataFileWriter {
 public:
  Writer(std::string root, Layout layout, WriterOptions options)
      : root_(std::move(root)),
        layout_(std::move(layout)),
        options_(std::move(options)),
        choice_(layout_.file, options_.encoding == "compact") {}

  void Begin(BatchId batch, int lane) override {
    Abandon();
    batch_ = batch;
    lane_ = lane;
  }

  Status Write(const Columns& columns) override {
    if (columns.empty()) return Status::Ok();
    Status status = CheckSchema(columns);
    if (status.ok()) status = WriteRows(columns);
    if (!status.ok()) Abandon();
    return status;
  }

  Result<std::vector<DataFile>> Finish() override {
    Status status = FinishParts();
    if (status.ok()) status = MakeDurable();
    std::vector<DataFile> files;
    for (FinishedFile& finished : finished_) {
      if (status.ok()) finished.file.Keep();
      files.push_back(std::move(finished.description));
    }
    Abandon();
    if (!status.ok()) return status;
    return files;
  }

  void Abandon() override {
    open_.clear();
    finished_.clear();
  }

  int64_t buffered_bytes() const override {
    int64_t bytes = 0;
    for (const Part& part : open_) bytes += static_cast<int64_t>(part.waiting.ByteSize());
    return bytes;
  }

 private:
  Status CheckSchema(const Columns& columns);
  Status WriteRows(const Columns& columns);
  Result<Part*> PartOf(const Columns& columns, int64_t row);
  Status Append(Part& part, const ColumnViews& views, const RowRanges& ranges);
  int64_t RoomIn(const Part& part) const;
  Status AppendPiece(Part& part, const ColumnViews& views, const RowRanges& piece);
  Status EndRowGroup(Part& part);
  Status OpenFile(Part& part);
  Status FinishPart(Part& part);
  Status FinishParts();
  Status MakeDurable();

  const std::string root_;
  const Layout layout_;
  const WriterOptions options_;
  EncodingChoice choice_;
  std::shared_ptr<const Schema> accepted_schema_;
  BatchId batch_;
  int lane_ = 0;
  std::list<Part> open_;  // oldest first
  std::vector<FinishedFile> finished_;
};

Status Writer::CheckSchema(const Columns& columns) {
  if (columns.shared_schema() == accepted_schema_) return Status::Ok();
  const std::vector<Field>& given = columns.schema().fields;
  const std::vector<Field>& wanted = layout_.table.fields;
  const bool equal = std::equal(given.begin(), given.end(), wanted.begin(), wanted.end(),
                                [](const Field& a, const Field& b) {
                                  return a.name == b.name && a.type.ToDdl() == b.type.ToDdl();
                                });
  if (!equal) {
    return Status::Stop("SCHEMA_CHANGED", "the rows have the columns " + columns.schema().ToDdl() +
                                              " but the data files of this batch have " +
                                              layout_.table.ToDdl());
  }
  accepted_schema_ = columns.shared_schema();
  return Status::Ok();
}

Status Writer::WriteRows(const Columns& columns) {
  ColumnViews views;
  for (const int i : layout_.file_columns) views.push_back(&columns.column(static_cast<size_t>(i)));
  choice_.Learn(views);
  if (layout_.partition_columns.empty()) {
    SLUICE_ASSIGN_OR_RETURN(Part * part, PartOf(columns, 0));
    return Append(*part, views, {{0, columns.num_rows()}});
  }
  for (const PartitionRows& rows : SplitByPartition(columns, layout_.partition_columns)) {
    SLUICE_ASSIGN_OR_RETURN(Part * part, PartOf(columns, rows.first_row()));
    SLUICE_RETURN_IF_ERROR(Append(*part, views, rows.ranges));
  }
  return Status::Ok();
}

// The open part of the row's partition; opens one, at the oldest's expense if there are too many.
Result<Part*> Writer::PartOf(const Columns& columns, int64_t row) {
  PartitionValues values;
  for (const int i : layout_.partition_columns) {
    const auto index = static_cast<size_t>(i);
    const Field& field = layout_.table.fields[index];
    SLUICE_ASSIGN_OR_RETURN(auto text, PartitionValueText(field, columns.column(index), row));
    values.emplace_back(field.name, std::move(text));
  }
  for (Part& part : open_) {
    if (part.values == values) return &part;
  }
  if (static_cast<int>(open_.size()) >= options_.max_open_files) {
    SLUICE_RETURN_IF_ERROR(FinishPart(open_.front()));
    FinishedFile& finished = finished_.back();
    SLUICE_RETURN_IF_ERROR(finished.file.Sync());
    SLUICE_RETURN_IF_ERROR(finished.file.Close());
    finished.closed = true;
    open_.pop_front();
  }
  const std::string directory = PartitionDirectory(values);
  return &open_.emplace_back(std::move(values), directory,
                             RowBuffer(layout_.file, choice_.numbered_columns()),
                             choice_.settled());
}

// In pieces, between which the row group may end.
Status Writer::Append(Part& part, const ColumnViews& views, const RowRanges& ranges) {
  if (!part.waiting.Fits(views)) SLUICE_RETURN_IF_ERROR(EndRowGroup(part));
  RowRanges piece;
  int64_t room = RoomIn(part);
  for (RowRange rest : ranges) {
    while (rest.size() > 0) {
      const RowRange some{rest.begin, std::min(rest.end, rest.begin + room)};
      piece.push_back(some);
      room -= some.size();
      rest.begin = some.end;
      if (room > 0) continue;
      SLUICE_RETURN_IF_ERROR(AppendPiece(part, views, std::exchange(piece, {})));
      room = RoomIn(part);
    }
  }
  return AppendPiece(part, views, piece);
}

int64_t Writer::RoomIn(const Part& part) const {
  return std::min(kAppendRows, options_.row_group_rows - part.waiting.num_rows());
}

Status Writer::AppendPiece(Part& part, const ColumnViews& views, const RowRanges& piece) {
  part.waiting.Append(views, piece);
  const auto open = static_cast<int64_t>(open_.size());
  const int64_t most_bytes = std::max(kLeastRowGroupBytes, options_.row_group_bytes / open);
  const bool full = part.waiting.num_rows() >= options_.row_group_rows ||
                    static_cast<int64_t>(part.waiting.ByteSize()) >= most_bytes;
  return full ? EndRowGroup(part) : Status::Ok();
}

Status Writer::EndRowGroup(Part& part) {
  if (part.waiting.num_rows() == 0) return Status::Ok();
  if (!part.encoder) SLUICE_RETURN_IF_ERROR(OpenFile(part));
  SLUICE_RETURN_IF_ERROR(part.encoder->WriteRowGroup(part.waiting.view()));
  const std::vector<size_t> overflowed = part.waiting.overflowed();
  for (const size_t column : overflowed) choice_.NumbersOverflowed(column);
  if (overflowed.empty() && part.numbered == choice_.settled()) {
    part.waiting.Clear();
  } else {
    part.waiting = RowBuffer(layout_.file, choice_.numbered_columns());
    part.numbered = choice_.settled();
  }
  return Status::Ok();
}

Status Writer::OpenFile(Part& part) {
  if (!part.directory.empty()) SLUICE_RETURN_IF_ERROR(MakeDirectories(root_, part.directory));
  part.name = DataFileName(lane_, batch_, options_.compression);
  if (!part.directory.empty()) part.name = part.directory + "/" + part.name;
  SLUICE_ASSIGN_OR_RETURN(OutputFile file, OutputFile::Create(root_ + "/" + part.name));
  SLUICE_ASSIGN_OR_RETURN(part.encoder,
                          FileEncoder::Make(std::move(file), layout_.file, options_, choice_));
  return Status::Ok();
}

Status Writer::FinishPart(Part& part) {
  SLUICE_RETURN_IF_ERROR(EndRowGroup(part));
  SLUICE_ASSIGN_OR_RETURN(EncodedFile encoded, part.encoder->Finish());
  DataFile description{part.name,           std::move(part.values),
                       encoded.size_bytes,  encoded.modification_time_ms,
                       encoded.num_records, std::move(encoded.stats_json)};
  finished_.push_back({std::move(description), std::move(encoded.file)});
  choice_.FileFinished();
  return Status::Ok();
}

Status Writer::FinishParts() {
  for (; !open_.empty(); open_.pop_front()) SLUICE_RETURN_IF_ERROR(FinishPart(open_.front()));
  return Status::Ok();
}

// Files first, then the directories that name them, up to the table's root.
Status Writer::MakeDurable() {
  if (finished_.empty()) return Status::Ok();
  FaultPoint("parquet.before_fsync");
  std::set<std::string, std::greater<>> directories;  // deeper ones first
  for (FinishedFile& finished : finished_) {
    if (!finished.closed) {
      SLUICE_RETURN_IF_ERROR(finished.file.Sync());
      SLUICE_RETURN_IF_ERROR(finished.file.Close());
    }
    std::string path = finished.description.path;
    for (size_t slash = path.rfind('/'); slash != std::string::npos; slash = path.rfind('/')) {
      path.resize(slash);
      directories.insert(root_ + "/" + path);
    }
  }
  directories.insert(root_);
  for (const std::string& directory : directories) SLUICE_RETURN_IF_ERROR(SyncDirectory(directory));
  FaultPoint("parquet.after_fsync");
  return Status::Ok();
}

}  // namespace

Result<std::unique_ptr<DataFileWriter>> DataFileWriter::Make(std::string table_root, Schema schema,
                                                             WriterOptions options) {
  SLUICE_RETURN_IF_ERROR(CheckOptions(options));
  const std::string void_column = FindVoid(schema.fields);
  if (!void_column.empty()) {
    return Status::Exit("VOID_COLUMN",
                        "column '" + void_column +
                            "' has the type VOID (it is always "
                            "NULL), which Parquet cannot hold; give it a type with CAST");
  }
  SLUICE_ASSIGN_OR_RETURN(Layout layout, LayOut(std::move(schema), options.partition_by));
  return std::unique_ptr<DataFileWriter>(
      std::make_unique<Writer>(std::move(table_root), std::move(layout), std::move(options)));
}

}  // namespace sluice::parquet
