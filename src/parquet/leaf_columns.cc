// SPDX-License-Identifier: Apache-2.0
#include "parquet/leaf_columns.h"

#include <map>
#include <string_view>

namespace sluice::parquet {

namespace {

void AddLeaves(const DataType& type, const LeafColumn& at, std::vector<LeafColumn>& leaves);

void AddChild(const DataType& type, const LeafColumn& parent, const std::string& step, int index,
              bool repeated, std::vector<LeafColumn>& leaves) {
  LeafColumn child{parent.path + step, type, parent.position, repeated};
  child.position.push_back(index);
  AddLeaves(type, child, leaves);
}

void AddLeaves(const DataType& type, const LeafColumn& at, std::vector<LeafColumn>& leaves) {
  const std::vector<Field>& children = type.children();
  if (type.kind() == TypeKind::kStruct) {
    for (size_t i = 0; i < children.size(); ++i) {
      AddChild(children[i].type, at, "." + children[i].name, static_cast<int>(i), at.repeated,
               leaves);
    }
  } else if (type.kind() == TypeKind::kArray) {
    AddChild(children[0].type, at, ".list.element", 0, true, leaves);
  } else if (type.kind() == TypeKind::kMap) {
    LeafColumn entries = at;
    entries.position.push_back(0);
    AddChild(children[0].type, entries, ".key_value.key", 0, true, leaves);
    AddChild(children[1].type, entries, ".key_value.value", 1, true, leaves);
  } else {
    leaves.push_back(at);
  }
}

void MarkSharedPaths(std::vector<LeafColumn>& leaves) {
  std::map<std::string_view, int> uses;
  for (const LeafColumn& leaf : leaves) ++uses[leaf.path];
  for (LeafColumn& leaf : leaves) leaf.path_is_shared = uses[leaf.path] > 1;
}

}  // namespace

std::vector<LeafColumn> LeafColumns(const Schema& schema) {
  std::vector<LeafColumn> leaves;
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    const Field& field = schema.fields[i];
    AddLeaves(field.type, {field.name, field.type, {static_cast<int>(i)}, false}, leaves);
  }
  MarkSharedPaths(leaves);
  return leaves;
}

const ArrowArray& LeafArray(const std::vector<const ArrowArray*>& columns, const LeafColumn& leaf) {
  const ArrowArray* array = columns[static_cast<size_t>(leaf.position[0])];
  for (size_t i = 1; i < leaf.position.size(); ++i) array = array->children[leaf.position[i]];
  return *array;
}

}  // namespace sluice::parquet
