// SPDX-License-Identifier: Apache-2.0
#include "transform/split.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/ascii.h"
#include "transform/batch_source.h"
#include "transform/output_builder.h"
#include "transform/widening.h"

namespace sluice::transform {

namespace {

using Json = nlohmann::ordered_json;

struct RowRange {
  int64_t begin;
  int64_t count;
};

// Neighbouring row numbers as ranges.
std::vector<RowRange> RangesOf(const int64_t* rows, int64_t count) {
  std::vector<RowRange> ranges;
  for (int64_t i = 0; i < count; ++i) {
    if (!ranges.empty() && ranges.back().begin + ranges.back().count == rows[i]) {
      ++ranges.back().count;
    } else {
      ranges.push_back({rows[i], 1});
    }
  }
  return ranges;
}

std::vector<RowRange> SelectedRows(const Split& split, const Columns& computed, int64_t first_row) {
  if (!split.filtered) return {{first_row, computed.num_rows()}};
  const ArrowArray& rows = computed.column(computed.num_columns() - 1);
  return RangesOf(static_cast<const int64_t*>(rows.buffers[1]), rows.length);
}

const ArrowArray& Resolve(const Columns& batch, const ColumnPath& path) {
  const ArrowArray* array = &batch.array();
  for (int index : path) array = array->children[index];
  return *array;
}

ArrowArray CopyRanges(const DataType& type, const ArrowArray& array,
                      const std::vector<RowRange>& ranges) {
  OutputBuilder builder(type);
  for (const RowRange& range : ranges) builder.AppendArrow(array, range.begin, range.count);
  return std::move(builder).Finish();
}

// Takes a child out of a root array; the root goes on owning the others.
ArrowArray TakeChild(const Columns& columns, size_t index) {
  ArrowArray& child = *columns.array().children[index];
  return std::exchange(child, ArrowArray{});
}

// The picked columns, in their order.
std::vector<ArrowArray> TakePicked(const Split& split, Columns* batch,
                                   const std::vector<RowRange>& ranges) {
  std::vector<ArrowArray> arrays;
  std::vector<ColumnPath> paths;
  const bool whole = ranges.size() == 1 && ranges[0].count == batch->num_rows();
  for (const auto& column : split.columns) {
    if (!column) continue;
    if (whole) {
      paths.push_back(column->path);
    } else {
      arrays.push_back(CopyRanges(column->source, Resolve(*batch, column->path), ranges));
    }
  }
  if (!whole) return arrays;
  const Columns projected = Project(std::move(*batch), paths, nullptr);
  for (size_t i = 0; i < paths.size(); ++i) arrays.push_back(TakeChild(projected, i));
  return arrays;
}

std::string NodeAsSql(DuckdbSession& session, Json node, Status* status) {
  const Json statement{
      {"error", false},
      {"statements",
       Json::array({{{"node", std::move(node)}, {"named_param_map", Json::array()}}})}};
  Result<std::string> text =
      session.QueryText("SELECT json_deserialize_sql($1::JSON)", statement.dump());
  if (!text.ok()) *status = text.status();
  return text.ok() ? *text : "";
}

// Whether the whole row is meant somewhere in an expression: by the name of the table, or by a star
// (COLUMNS(*)). The row number would become part of it.
bool MeansWholeRow(const Json& node, const std::string& table) {
  if (node.is_object() && node.value("class", "") == "STAR") return true;
  if (node.is_object() && node.value("class", "") == "COLUMN_REF") {
    return EqualIgnoringCase(node["column_names"].back().get<std::string>(), table);
  }
  return std::ranges::any_of(node, [&](const Json& child) {
    return child.is_structured() && MeansWholeRow(child, table);
  });
}

Json RowNumberColumn() {
  return Json{{"class", "COLUMN_REF"},
              {"type", "COLUMN_REF"},
              {"alias", ""},
              {"query_location", 0},
              {"column_names", Json::array({kRowNumberColumn})}};
}

}  // namespace

Result<std::optional<Split>> PlanSplit(DuckdbSession& session, const Statement& statement,
                                       const Plan& plan, const Schema& input,
                                       const Schema& output) {
  const auto items = ClassifySelectList(statement, input);
  if (!plan.is_row_by_row() || !items) return std::optional<Split>();
  Json node = Json::parse(statement.tree);
  const Json select_list = std::move(node["select_list"]);
  node["select_list"] = Json::array();
  Split split;
  bool picks = false;
  for (const SelectItem& item : *items) {
    const size_t position = split.columns.size();
    if (position >= output.fields.size()) return std::optional<Split>();
    const bool pick = item.picked && CanWiden(item.picked->source, output.fields[position].type);
    if (!pick) {
      // One column of a star alone cannot be written back: the item stands for all of them.
      if (select_list[item.index]["type"] == "STAR") return std::optional<Split>();
      node["select_list"].push_back(select_list[item.index]);
    }
    split.columns.push_back(pick ? item.picked : std::nullopt);
    picks |= pick;
  }
  if (!picks || split.columns.size() != output.fields.size()) return std::optional<Split>();
  Json& from = node["from_table"];
  if (from.value("alias", "").empty()) from["alias"] = from["table_name"];
  const std::string table = from["alias"].get<std::string>();
  if (MeansWholeRow(node["select_list"], table) || MeansWholeRow(node["where_clause"], table)) {
    return std::optional<Split>();
  }
  split.use = FindUse(Json::array({node["select_list"], node["where_clause"]}), table, input);
  split.filtered = plan.has_filter();
  if (split.filtered) node["select_list"].push_back(RowNumberColumn());
  if (node["select_list"].empty()) return std::optional<Split>();
  from["table_name"] = kNumberedView;
  Status status;
  split.sql = NodeAsSql(session, std::move(node), &status);
  if (!status.ok()) return status;
  return std::optional<Split>(std::move(split));
}

Columns JoinSplit(const Split& split, Columns* batch, Columns computed, int64_t first_row,
                  std::shared_ptr<const Schema> output) {
  const std::vector<RowRange> ranges = SelectedRows(split, computed, first_row);
  std::vector<ArrowArray> picked = TakePicked(split, batch, ranges);
  std::vector<ArrowArray> columns;
  size_t next_picked = 0;
  size_t next_computed = 0;
  for (size_t i = 0; i < split.columns.size(); ++i) {
    if (!split.columns[i]) {
      columns.push_back(TakeChild(computed, next_computed++));
      continue;
    }
    ArrowArray array = picked[next_picked++];
    const DataType& wanted = output->fields[i].type;
    if (!SameType(split.columns[i]->source, wanted)) {
      const ArrowArray widened = Widen(split.columns[i]->source, array, wanted);
      array.release(&array);
      array = widened;
    }
    columns.push_back(array);
  }
  return Columns(std::move(output), MakeRoot(std::move(columns), computed.num_rows()));
}

}  // namespace sluice::transform
