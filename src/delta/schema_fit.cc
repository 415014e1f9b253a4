// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/ascii.h"
#include "delta/schema_json.h"
#include "delta/table.h"

namespace sluice::delta {

namespace {

bool SameName(std::string_view a, std::string_view b) { return EqualIgnoringCase(a, b); }

// "trip.id", for messages.
std::string Dotted(const NamePath& path) {
  std::string text;
  for (const std::string& name : path) text += (text.empty() ? "" : ".") + name;
  return text;
}

NamePath Below(NamePath path, const std::string& name) {
  path.push_back(name);
  return path;
}

const Field* FindField(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& f) { return SameName(f.name, name); });
  return found == fields.end() ? nullptr : &*found;
}

// Collects everything that is wrong, so that one message tells all.
class Fitting {
 public:
  Fitting(const TableInfo& table, bool merge_schema)
      : merge_schema_(merge_schema),
        has_features_(table.min_writer_version >= 7),
        partition_columns_(table.partition_columns) {}

  // The fields of `data` under the spelling of `table`; `path` leads to the struct that has them, and is
  // empty for the columns. What `table` lacks will stand at its end, whatever the order in the data.
  std::vector<Field> FitFields(const NamePath& path, const std::vector<Field>& table,
                               const std::vector<Field>& data) {
    std::vector<Field> fields;
    for (const Field& field : data) {
      const Field* known = FindField(table, field.name);
      if (known == nullptr) {
        AddField(path, field);
        fields.push_back(field);
      } else {
        fields.push_back({known->name, FitType(Below(path, known->name), known->type, field.type),
                          field.nullable});
      }
    }
    return fields;
  }

  // At every level: a struct must not have a name twice either.
  void CheckNames(const NamePath& path, const std::vector<Field>& fields) {
    std::map<std::string, int> seen;
    for (const Field& field : fields) {
      const NamePath below = Below(path, field.name);
      if (++seen[ToLower(field.name)] == 2)
        Problem("column `" + Dotted(below) + "`: the data has it twice (case does not count)");
      CheckNames(below, field.type.children());
    }
  }

  void CheckTypes(const Schema& data) {
    if (Contains(data, TypeKind::kVoid))
      Problem("the data has a column of type VOID, which a table cannot hold");
  }

  void CheckPartitioning(const Schema& data, const std::vector<std::string>& partition_by) {
    const auto& columns = partition_columns_;
    const bool same = std::equal(columns.begin(), columns.end(), partition_by.begin(),
                                 partition_by.end(), SameName);
    if (!partition_by.empty() && !same) {
      partitioning_differs_ = true;
      problems_.push_back("partitionBy: the table is partitioned by " + List(columns) +
                          ", the configuration says " + List(partition_by));
    }
    for (const std::string& column : columns) {
      if (FindField(data.fields, column) == nullptr)
        Problem("column `" + column + "`: the table is partitioned by it, the data has none");
    }
  }

  std::vector<NewColumn> TakeNewColumns() { return std::move(new_columns_); }

  Status Finish() const {
    if (problems_.empty()) return Status::Ok();
    std::string text = "the columns of this query do not fit the table:";
    for (const std::string& problem : problems_) text += "\n  - " + problem;
    text += "\nNothing was written. ";
    // What the table is partitioned by cannot be changed.
    if (partitioning_differs_) {
      text += partition_columns_.empty() ? "Leave sink.partitionBy out, or write to a new table. "
                                         : "Set sink.partitionBy to " + List(partition_columns_) +
                                               ", or write to a new table. ";
    }
    if (columns_differ_) text += "Change `sql` (CAST, column names) or the table. ";
    text.pop_back();
    return Status::Exit("SCHEMA_MISMATCH", text);
  }

 private:
  // With a column; the partitioning is told apart.
  void Problem(std::string text) {
    columns_differ_ = true;
    problems_.push_back(std::move(text));
  }

  // `data` under the spelling of `table`.
  DataType FitType(const NamePath& path, const DataType& table, const DataType& data) {
    if (table.kind() != data.kind() || table.precision() != data.precision() ||
        table.scale() != data.scale()) {
      Problem("column `" + Dotted(path) + "`: the table has " + table.ToDdl() + ", the data " +
              data.ToDdl());
      return data;
    }
    switch (data.kind()) {
      case TypeKind::kStruct:
        return DataType::Struct(FitFields(path, table.children(), data.children()));
      case TypeKind::kArray:
        return DataType::Array(FitChild(Below(path, "element"), table, data, 0),
                               data.children()[0].nullable);
      case TypeKind::kMap:
        return DataType::Map(FitChild(Below(path, "key"), table, data, 0),
                             FitChild(Below(path, "value"), table, data, 1),
                             data.children()[1].nullable);
      default: return data;
    }
  }

  DataType FitChild(const NamePath& path, const DataType& table, const DataType& data, size_t i) {
    return FitType(path, table.children()[i].type, data.children()[i].type);
  }

  void AddField(const NamePath& parent, const Field& field) {
    const std::string name =
        "column `" + Dotted(Below(parent, field.name)) + "` (" + field.type.ToDdl() + "): ";
    if (!merge_schema_) {
      Problem(name + "the table has none (mergeSchema: true would add it)");
      return;
    }
    if (!has_features_ && Contains(Schema{{field}}, TypeKind::kTimestampNtz)) {
      Problem(name +
              "the table lacks the feature timestampNtz (ALTER TABLE .. SET TBLPROPERTIES "
              "('delta.feature.timestampNtz' = 'supported') adds it)");
    }
    new_columns_.push_back({parent, {field.name, field.type, true}});
  }

  static std::string List(const std::vector<std::string>& names) {
    if (names.empty()) return "nothing";
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "[" : ", ") + name;
    return list + "]";
  }

  const bool merge_schema_;
  const bool has_features_;                            // the table's protocol can name features
  const std::vector<std::string>& partition_columns_;  // of the table
  std::vector<NewColumn> new_columns_;
  std::vector<std::string> problems_;
  bool columns_differ_ = false;
  bool partitioning_differs_ = false;
};

}  // namespace

Result<SchemaFit> FitSchema(const TableInfo& table, const Schema& data,
                            const std::vector<std::string>& partition_by, bool merge_schema) {
  Fitting fitting(table, merge_schema);
  SchemaFit fit;
  fitting.CheckNames({}, data.fields);
  fitting.CheckTypes(data);
  fitting.CheckPartitioning(data, partition_by);
  fit.file_schema.fields = fitting.FitFields({}, table.schema.fields, data.fields);
  SLUICE_RETURN_IF_ERROR(fitting.Finish());
  fit.new_columns = fitting.TakeNewColumns();
  return fit;
}

}  // namespace sluice::delta
