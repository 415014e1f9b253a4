// SPDX-License-Identifier: Apache-2.0
#include "transform/column_use.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "core/ascii.h"

namespace sluice::transform {

namespace {

using Json = nlohmann::ordered_json;

// Nothing: none of that name, or several.
std::optional<size_t> FindOnly(const std::vector<Field>& fields, const std::string& name) {
  std::optional<size_t> found;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!EqualIgnoringCase(fields[i].name, name)) continue;
    if (found) return std::nullopt;
    found = i;
  }
  return found;
}

class Finder {
 public:
  Finder(const std::string& table, const Schema& input) : table_(table), input_(input) {
    uses_.resize(input.fields.size());
  }

  void Visit(const Json& node) {
    if (node.is_object()) {
      const std::string type = node.value("class", "");
      if (type == "COLUMN_REF") return Count(node["column_names"].get<std::vector<std::string>>());
      if (type == "STAR" || type == "POSITIONAL_REFERENCE") return CountAll();
    }
    for (const Json& child : node) {
      if (child.is_structured()) Visit(child);
    }
  }

  std::vector<ColumnUse> Take() { return std::move(uses_); }

 private:
  void CountAll() { uses_.assign(input_.fields.size(), {.whole = true}); }

  // `a.b.c`, or with the table's name before it.
  void Count(const std::vector<std::string>& names) {
    const bool may_be_table = EqualIgnoringCase(names[0], table_);
    const auto column = FindOnly(input_.fields, names[0]);
    if (column && !may_be_table) return CountPath(*column, names, 1);
    if (column || !may_be_table || names.size() == 1) return CountAll();
    const auto qualified = FindOnly(input_.fields, names[1]);
    if (!qualified) return CountAll();
    CountPath(*qualified, names, 2);
  }

  void CountPath(size_t column, const std::vector<std::string>& names, size_t next) {
    ColumnUse* use = &uses_[column];
    const DataType* type = &input_.fields[column].type;
    for (; !use->whole && next < names.size() && type->kind() == TypeKind::kStruct; ++next) {
      const auto field = FindOnly(type->children(), names[next]);
      if (!field) break;
      use->fields.resize(type->children().size());
      use = &use->fields[*field];
      type = &type->children()[*field].type;
    }
    *use = {.whole = true};
  }

  const std::string& table_;
  const Schema& input_;
  std::vector<ColumnUse> uses_;
};

}  // namespace

std::vector<ColumnUse> FindUse(const Json& tree, const std::string& table, const Schema& input) {
  Finder finder(table, input);
  finder.Visit(tree);
  return finder.Take();
}

}  // namespace sluice::transform
