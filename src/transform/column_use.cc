// SPDX-License-Identifier: Apache-2.0
#include "transform/column_use.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "transform/input_names.h"

namespace sluice::transform {

namespace {

using Json = nlohmann::ordered_json;

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

  void Count(const std::vector<std::string>& names) {
    const auto found = FindColumn(names, table_, input_);
    if (!found) return CountAll();
    CountPath(static_cast<size_t>(found->column), names, found->next);
  }

  void CountPath(size_t column, const std::vector<std::string>& names, size_t next) {
    ColumnUse* use = &uses_[column];
    const DataType* type = &input_.fields[column].type;
    for (; !use->whole && next < names.size() && type->kind() == TypeKind::kStruct; ++next) {
      const int found = FindOnly(type->children(), names[next]);
      if (found < 0) break;
      const auto field = static_cast<size_t>(found);
      use->fields.resize(type->children().size());
      use = &use->fields[field];
      type = &type->children()[field].type;
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
