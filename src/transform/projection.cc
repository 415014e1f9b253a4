// SPDX-License-Identifier: Apache-2.0
#include "transform/projection.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/ascii.h"
#include "transform/input_names.h"
#include "transform/widening.h"

namespace sluice::transform {

namespace {

using Json = nlohmann::ordered_json;

// SELECT list FROM input [WHERE condition] and nothing else.
bool IsPlainSelect(const Json& node) {
  if (node["type"] != "SELECT_NODE") return false;  // a UNION has no FROM of its own
  const Json& from = node["from_table"];
  return node["modifiers"].empty() && node["cte_map"]["map"].empty() &&
         node["group_expressions"].empty() && node["group_sets"].empty() &&
         node["having"].is_null() && node["sample"].is_null() && node["qualify"].is_null() &&
         node["aggregate_handling"] == "STANDARD_HANDLING" && from["type"] == "BASE_TABLE" &&
         from["sample"].is_null() && from["at_clause"].is_null() &&
         from["column_name_alias"].empty();
}

class Recognizer {
 public:
  Recognizer(const Json& node, const Schema& input) : input_(input) {
    const auto alias = node["from_table"]["alias"].get<std::string>();
    table_ = alias.empty() ? "input" : alias;
  }

  std::optional<std::vector<SelectItem>> Classify(const Json& select_list) {
    for (size_t i = 0; i < select_list.size(); ++i) {
      if (select_list[i]["type"] != "STAR") {
        PickedColumn picked;
        const bool found = Resolve(select_list[i], &picked);
        items_.push_back({i, found ? std::optional(std::move(picked)) : std::nullopt});
      } else if (!AddStar(select_list[i], i)) {
        return std::nullopt;
      }
    }
    return std::move(items_);
  }

 private:
  // `*`, `t.*` and `* EXCLUDE (names)`.
  bool AddStar(const Json& item, size_t index) {
    const auto relation = item["relation_name"].get<std::string>();
    if (item["columns"] == true || !item["expr"].is_null() || !item["replace_list"].empty() ||
        !item["rename_list"].empty() || !item["qualified_exclude_list"].empty() ||
        (!relation.empty() && !EqualIgnoringCase(relation, table_))) {
      return false;
    }
    for (size_t i = 0; i < input_.fields.size(); ++i) {
      if (IsExcluded(item["exclude_list"], input_.fields[i].name)) continue;
      items_.push_back({index, PickedColumn{{static_cast<int>(i)}, input_.fields[i].type}});
    }
    return true;
  }

  static bool IsExcluded(const Json& names, const std::string& column) {
    for (const Json& name : names) {
      if (name.is_string() && EqualIgnoringCase(name.get<std::string>(), column)) return true;
    }
    return false;
  }

  // A CAST is looked through here; whether its outcome can be made is the output type's business, so a
  // CAST within a CAST must widen at each step.
  bool Resolve(const Json& item, PickedColumn* picked) {
    const Json& type = item["type"];
    if (type == "OPERATOR_CAST") {
      return item["child"]["type"] != "OPERATOR_CAST" && Resolve(item["child"], picked);
    }
    if (type == "COLUMN_REF") return ResolveName(item["column_names"], picked);
    if (type == "STRUCT_EXTRACT" || type == "ARRAY_EXTRACT") {
      const Json& key = item["children"][1];
      return item["children"][0]["type"] != "OPERATOR_CAST" &&
             Resolve(item["children"][0], picked) && key["type"] == "VALUE_CONSTANT" &&
             key["value"]["value"].is_string() &&
             Descend(key["value"]["value"].get<std::string>(), picked);
    }
    return false;
  }

  bool ResolveName(const Json& names, PickedColumn* picked) {
    const auto path = names.get<std::vector<std::string>>();
    const auto found = FindColumn(path, table_, input_);
    if (!found) return false;
    *picked = {{found->column}, input_.fields[static_cast<size_t>(found->column)].type};
    for (size_t i = found->next; i < path.size(); ++i) {
      if (!Descend(path[i], picked)) return false;
    }
    return true;
  }

  static bool Descend(const std::string& name, PickedColumn* picked) {
    if (picked->source.kind() != TypeKind::kStruct) return false;
    const int field = FindOnly(picked->source.children(), name);
    if (field < 0) return false;
    picked->path.push_back(field);
    picked->source = DataType(picked->source.children()[static_cast<size_t>(field)].type);
    return true;
  }

  const Schema& input_;
  std::string table_;
  std::vector<SelectItem> items_;
};

}  // namespace

std::optional<std::vector<SelectItem>> ClassifySelectList(const Statement& statement,
                                                          const Schema& input) {
  const Json node = Json::parse(statement.tree);
  if (!IsPlainSelect(node)) return std::nullopt;
  return Recognizer(node, input).Classify(node["select_list"]);
}

std::optional<Projection> RecognizeProjection(const Statement& statement, const Schema& input,
                                              const Schema& output) {
  const auto items = ClassifySelectList(statement, input);
  if (!items || items->size() != output.fields.size() || statement.filters) return std::nullopt;
  Projection projection;
  for (size_t i = 0; i < items->size(); ++i) {
    const std::optional<PickedColumn>& picked = (*items)[i].picked;
    if (!picked || !CanWiden(picked->source, output.fields[i].type)) return std::nullopt;
    projection.columns.push_back(*picked);
  }
  return projection;
}

}  // namespace sluice::transform
