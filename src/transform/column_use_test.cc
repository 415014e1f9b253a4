// SPDX-License-Identifier: Apache-2.0
#include "transform/column_use.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sluice::transform {
namespace {

using Json = nlohmann::ordered_json;

Schema Input() {
  const DataType inner =
      DataType::Struct({{"t", DataType(TypeKind::kString)}, {"u", DataType(TypeKind::kString)}});
  return {{{"id", DataType(TypeKind::kLong)},
           {"s", DataType::Struct({{"a", DataType(TypeKind::kInt)}, {"in", inner}})}}};
}

Json Column(const std::vector<std::string>& names) {
  return {{"class", "COLUMN_REF"}, {"column_names", names}};
}

// "id s.in.t": what is read; a struct whose fields are all told stands for itself.
std::string Read(const std::vector<Field>& fields, const std::vector<ColumnUse>& uses,
                 const std::string& prefix = "") {
  std::string text;
  for (size_t i = 0; i < uses.size(); ++i) {
    const std::string name = prefix + fields[i].name;
    if (uses[i].whole) text += name + " ";
    text += Read(fields[i].type.children(), uses[i].fields, name + ".");
  }
  return text;
}

std::string Use(const std::vector<std::vector<std::string>>& references,
                const std::string& table = "input") {
  Json items = Json::array();
  for (const auto& names : references) items.push_back({{"children", {Column(names)}}});
  return Read(Input().fields, FindUse(items, table, Input()));
}

TEST(ColumnUse, PathsIntoAStructNameWhatIsRead) {
  EXPECT_EQ(Use({}), "");
  EXPECT_EQ(Use({{"id"}}), "id ");
  EXPECT_EQ(Use({{"S", "IN", "t"}, {"s", "a"}}), "s.a s.in.t ");
  EXPECT_EQ(Use({{"s", "in"}, {"s", "in", "u"}}), "s.in ");
  EXPECT_EQ(Use({{"s", "in", "u"}, {"s"}}), "s ");
  EXPECT_EQ(Use({{"input", "s", "a"}}), "s.a ");
  EXPECT_EQ(Use({{"i", "s", "a"}}, "i"), "s.a ");
}

TEST(ColumnUse, WhatIsNotSurelyAPathCountsForAll) {
  EXPECT_EQ(Use({{"s", "none"}}), "s ");
  EXPECT_EQ(Use({{"id", "x"}}), "id ");
  EXPECT_EQ(Use({{"other"}}), "id s ");
  EXPECT_EQ(Use({{"s", "a"}, {"x", "y"}}), "id s ");
  EXPECT_EQ(Use({{"input"}}), "id s ");
  EXPECT_EQ(Use({{"s", "a"}}, "s"), "id s ") << "a column or the table";
  for (const char* type : {"STAR", "POSITIONAL_REFERENCE"}) {
    const Json node = {{"class", type}};
    EXPECT_EQ(Read(Input().fields, FindUse(node, "input", Input())), "id s ");
  }
}

}  // namespace
}  // namespace sluice::transform
