// SPDX-License-Identifier: Apache-2.0
#include "cli/table_rows.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "parquet/reader.h"

namespace sluice::cli {

namespace {

// A column with the same value in each row, and the memory behind it.
struct ConstantColumn {
  ArrowArray array{};
  std::vector<uint8_t> validity;
  std::vector<int32_t> offsets;
  std::vector<int64_t> numbers;
  std::string text;
  const void* buffers[3] = {nullptr, nullptr, nullptr};
};

// An array of the file with other children.
struct ReshapedArray {
  ArrowArray array{};
  std::vector<ArrowArray*> children;
};

// What the completed array owns: the file's columns, and what was made around them.
struct Completed {
  Columns rows;
  std::vector<std::unique_ptr<ConstantColumn>> constants;
  std::vector<std::unique_ptr<ReshapedArray>> reshaped;
  std::vector<ArrowArray*> children;
  const void* buffers[1] = {nullptr};
};

bool IsInteger(TypeKind kind) {
  return kind == TypeKind::kByte || kind == TypeKind::kShort || kind == TypeKind::kInt ||
         kind == TypeKind::kLong;
}

// Children belong to the array around them.
void ReleaseNothing(ArrowArray* array) { array->release = nullptr; }

void ReleaseCompleted(ArrowArray* array) {
  delete static_cast<Completed*>(array->private_data);
  array->release = nullptr;
}

std::unique_ptr<ConstantColumn> MakeColumn(int64_t rows) {
  auto column = std::make_unique<ConstantColumn>();
  column->array.length = rows;
  column->array.buffers = column->buffers;
  column->array.release = ReleaseNothing;
  return column;
}

std::unique_ptr<ConstantColumn> Nulls(int64_t rows) {
  auto column = MakeColumn(rows);
  column->validity.assign(static_cast<size_t>(rows / 8 + 1), 0);
  column->buffers[0] = column->validity.data();
  column->array.n_buffers = 1;
  column->array.null_count = rows;
  return column;
}

std::unique_ptr<ConstantColumn> Number(int64_t rows, int64_t value) {
  auto column = MakeColumn(rows);
  column->numbers.assign(static_cast<size_t>(rows), value);
  column->buffers[1] = column->numbers.data();
  column->array.n_buffers = 2;
  return column;
}

std::unique_ptr<ConstantColumn> Text(int64_t rows, const std::string& value) {
  auto column = MakeColumn(rows);
  column->offsets.push_back(0);
  for (int64_t row = 0; row < rows; ++row) {
    column->text += value;
    column->offsets.push_back(static_cast<int32_t>(column->text.size()));
  }
  column->buffers[1] = column->offsets.data();
  column->buffers[2] = column->text.data();
  column->array.n_buffers = 3;
  return column;
}

// The partition value of that column; the outer one is empty if the column is none.
std::optional<std::optional<std::string>> PartitionValue(const DataFile& file,
                                                         const std::string& column) {
  for (const auto& [name, value] : file.partition_values) {
    if (name == column) return value;
  }
  return std::nullopt;
}

std::unique_ptr<ConstantColumn> Constant(const Field& field,
                                         const std::optional<std::string>& value, int64_t rows) {
  if (!value) return Nulls(rows);
  if (IsInteger(field.type.kind())) return Number(rows, std::strtoll(value->c_str(), nullptr, 10));
  return Text(rows, *value);
}

// Gives columns of a file the shape that the table has now: fields that were added to a struct since are
// NULL, those that were dropped are left out.
class Reshaping {
 public:
  explicit Reshaping(Completed& owner) : owner_(owner) {}

  struct Shaped {
    DataType type;
    ArrowArray* array = nullptr;
  };

  Shaped Reshape(const DataType& wanted, const DataType& found, ArrowArray* array) {
    if (wanted.kind() != found.kind()) return {found, array};
    switch (found.kind()) {
      case TypeKind::kStruct: return ReshapeStruct(wanted, found, array);
      case TypeKind::kArray: return ReshapeList(wanted, found, array);
      case TypeKind::kMap: return ReshapeMap(wanted, found, array);
      default: return {found, array};
    }
  }

  ArrowArray* Own(std::unique_ptr<ConstantColumn> column) {
    return &owner_.constants.emplace_back(std::move(column))->array;
  }

 private:
  Shaped ReshapeStruct(const DataType& wanted, const DataType& found, ArrowArray* array) {
    const Schema has{found.children()};
    std::vector<Field> fields;
    std::vector<ArrowArray*> children;
    for (const Field& field : wanted.children()) {
      const int at = has.Find(field.name);
      const Shaped child = at < 0 ? Shaped{field.type, Own(Nulls(array->length))}
                                  : Reshape(field.type, has.fields[static_cast<size_t>(at)].type,
                                            array->children[at]);
      fields.push_back({field.name, child.type, true});
      children.push_back(child.array);
    }
    return {DataType::Struct(std::move(fields)), With(array, std::move(children))};
  }

  Shaped ReshapeList(const DataType& wanted, const DataType& found, ArrowArray* array) {
    const Shaped element =
        Reshape(wanted.children()[0].type, found.children()[0].type, array->children[0]);
    return {DataType::Array(element.type), With(array, {element.array})};
  }

  Shaped ReshapeMap(const DataType& wanted, const DataType& found, ArrowArray* array) {
    ArrowArray* entries = array->children[0];
    const Shaped key =
        Reshape(wanted.children()[0].type, found.children()[0].type, entries->children[0]);
    const Shaped value =
        Reshape(wanted.children()[1].type, found.children()[1].type, entries->children[1]);
    return {DataType::Map(key.type, value.type),
            With(array, {With(entries, {key.array, value.array})})};
  }

  ArrowArray* With(const ArrowArray* array, std::vector<ArrowArray*> children) {
    ReshapedArray& made = *owner_.reshaped.emplace_back(std::make_unique<ReshapedArray>());
    made.children = std::move(children);
    made.array = *array;
    made.array.n_children = static_cast<int64_t>(made.children.size());
    made.array.children = made.children.data();
    made.array.release = ReleaseNothing;
    made.array.private_data = nullptr;
    return &made.array;
  }

  Completed& owner_;
};

// The type that a partition value is printed as.
DataType PrintedType(const Field& field) {
  return DataType(IsInteger(field.type.kind()) ? TypeKind::kLong : TypeKind::kString);
}

Status CheckNothingDeleted(const std::string& path, const delta::LiveFile& file) {
  if (file.deleted_rows == 0) return Status::Ok();
  return Status::Stop(
      "UNSUPPORTED_FEATURE",
      "a deletion vector hides " + std::to_string(file.deleted_rows) + " rows of " + path +
          ", which cannot be told from the others here. Read the table with another "
          "program, or have them removed (REORG TABLE ... APPLY (PURGE))");
}

}  // namespace

Columns CompleteRows(Columns rows, const DataFile& file, const delta::TableInfo& info) {
  const int64_t count = rows.num_rows();
  auto owner = std::make_unique<Completed>();
  owner->rows = std::move(rows);
  const Schema& found = owner->rows.schema();
  Reshaping reshaping(*owner);
  auto schema = std::make_shared<Schema>();
  for (const Field& field : info.schema.fields) {
    const auto value = PartitionValue(file, field.name);
    const int at = found.Find(field.name);
    Reshaping::Shaped column;
    if (value) {
      column = {PrintedType(field), reshaping.Own(Constant(field, *value, count))};
    } else if (at >= 0) {
      column = reshaping.Reshape(field.type, found.fields[static_cast<size_t>(at)].type,
                                 owner->rows.array().children[at]);
    } else {
      column = {field.type, reshaping.Own(Nulls(count))};
    }
    schema->fields.push_back({field.name, column.type, true});
    owner->children.push_back(column.array);
  }
  ArrowArray array{};
  array.length = count;
  array.n_buffers = 1;
  array.buffers = owner->buffers;
  array.n_children = static_cast<int64_t>(owner->children.size());
  array.children = owner->children.data();
  array.release = ReleaseCompleted;
  array.private_data = owner.release();
  return {std::move(schema), array};
}

Result<std::vector<Columns>> ReadFirstRows(const delta::TableContent& table, int64_t limit) {
  std::vector<Columns> result;
  int64_t left = limit;
  for (const delta::LiveFile& file : table.files) {
    if (left <= 0) break;
    const std::string path = table.path + "/" + file.path;
    SLUICE_RETURN_IF_ERROR(CheckNothingDeleted(path, file));
    SLUICE_ASSIGN_OR_RETURN(std::vector<Columns> batches, parquet::ReadFile(path, left));
    for (Columns& rows : batches) {
      left -= rows.num_rows();
      if (rows.num_rows() > 0) result.push_back(CompleteRows(std::move(rows), file, table.info));
    }
  }
  return result;
}

}  // namespace sluice::cli
