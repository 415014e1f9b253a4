// SPDX-License-Identifier: Apache-2.0
#include "core/columns.h"

#include <gtest/gtest.h>

#include <utility>

#include "core/columns_json.h"
#include "core/testing/columns_builder.h"

namespace sluice {

namespace {

Field Of(const std::string& name, TypeKind kind) { return {name, DataType(kind), true}; }

std::string Row(const Columns& columns, int64_t row) {
  std::string line;
  AppendRowJson(columns, row, &line);
  return line;
}

// An array of `length` rows without buffers that counts its releases.
ArrowArray Counting(int64_t length, int* releases) {
  ArrowArray array{};
  array.length = length;
  array.private_data = releases;
  array.release = [](ArrowArray* released) {
    ++*static_cast<int*>(released->private_data);
    released->release = nullptr;
  };
  return array;
}

TEST(ColumnsTest, ReleasesItsArrayOnce) {
  int releases = 0;
  {
    Columns first(std::make_shared<const Schema>(), Counting(3, &releases));
    EXPECT_EQ(first.num_rows(), 3);
    Columns second = std::move(first);
    EXPECT_EQ(second.num_rows(), 3);
    Columns third;
    third = std::move(second);
    EXPECT_EQ(releases, 0);
  }
  EXPECT_EQ(releases, 1);
}

TEST(ColumnsTest, AssignmentReleasesWhatWasThere) {
  int first_releases = 0;
  int second_releases = 0;
  Columns columns(std::make_shared<const Schema>(), Counting(1, &first_releases));
  columns = Columns(std::make_shared<const Schema>(), Counting(2, &second_releases));
  EXPECT_EQ(first_releases, 1);
  EXPECT_EQ(second_releases, 0);
  EXPECT_EQ(columns.num_rows(), 2);
}

TEST(ColumnsTest, TakeGivesTheArrayAway) {
  int releases = 0;
  ArrowArray taken{};
  {
    Columns columns(std::make_shared<const Schema>(), Counting(4, &releases));
    taken = columns.Take();
    EXPECT_TRUE(columns.empty());
  }
  EXPECT_EQ(releases, 0);
  taken.release(&taken);
  EXPECT_EQ(releases, 1);
}

TEST(ColumnsTest, ByteSizeCountsTheBuffers) {
  const Schema schema{{Of("l", TypeKind::kLong),
                       Of("s", TypeKind::kString),
                       Of("b", TypeKind::kBoolean),
                       {"a", DataType::Array(DataType(TypeKind::kInt))},
                       {"t", DataType::Struct({Of("x", TypeKind::kDouble)})}}};
  const Columns columns =
      BuildColumns(schema, R"({"l": 1, "s": "four", "b": true, "a": [1, 2, 3], "t": {"x": 1}}
                                                  {"l": 2, "s": "", "b": false, "a": [], "t": {"x": 2}})");
  const size_t longs = 2 * 8;
  const size_t texts = 3 * 4 + 4;
  const size_t booleans = 1;
  const size_t lists = 3 * 4 + 3 * 4;
  const size_t structs = 2 * 8;
  const size_t values = longs + texts + booleans + lists + structs;
  // A producer may or may not allocate validity where nothing is null: one byte in each of 7 arrays.
  EXPECT_GE(columns.ByteSize(), values);
  EXPECT_LE(columns.ByteSize(), values + 7);
  EXPECT_EQ(BuildColumns(schema, "").ByteSize(), 0U);
}

TEST(ProjectTest, PicksRenamesAndRepeatsWithoutCopy) {
  const Schema schema{
      {Of("id", TypeKind::kLong),
       {"trip", DataType::Struct({Of("line", TypeKind::kString), Of("day", TypeKind::kDate)})}}};
  Columns base = BuildColumns(schema, R"({"id": 1, "trip": {"line": "S1", "day": "2024-02-29"}}
                                         {"id": 2, "trip": null})");
  const void* ids = base.column(0).buffers[1];
  auto wanted = std::make_shared<const Schema>(
      Schema{{Of("line", TypeKind::kString), Of("id", TypeKind::kLong),
              Of("again", TypeKind::kLong), schema.fields[1]}});
  const Columns columns = Project(std::move(base), {{1, 0}, {0}, {0}, {1}}, wanted);
  EXPECT_EQ(columns.num_columns(), 4U);
  EXPECT_EQ(columns.column(1).buffers[1], ids);
  EXPECT_EQ(Row(columns, 0),
            R"({"line":"S1","id":1,"again":1,"trip":{"line":"S1","day":"2024-02-29"}})");
  EXPECT_EQ(Row(columns, 1), R"({"line":null,"id":2,"again":2,"trip":null})");
}

TEST(ProjectTest, BaseLivesUntilItsLastColumnIsGone) {
  int releases = 0;
  ArrowArray child{};
  child.length = 2;
  ArrowArray* children[] = {&child};
  ArrowArray root = Counting(2, &releases);
  root.n_children = 1;
  root.children = children;
  auto schema = std::make_shared<const Schema>(Schema{{Of("id", TypeKind::kLong)}});
  {
    ArrowArray projected = Project(Columns(schema, root), {{0}}, schema).Take();
    EXPECT_EQ(releases, 0);
    // A consumer may move a child out and release the rest first.
    ArrowArray moved = std::exchange(*projected.children[0], ArrowArray{});
    projected.release(&projected);
    EXPECT_EQ(releases, 0);
    moved.release(&moved);
  }
  EXPECT_EQ(releases, 1);
}

TEST(ProjectTest, NoColumnsKeepTheNumberOfRows) {
  const Schema schema{{Of("id", TypeKind::kLong)}};
  const Columns columns =
      Project(BuildColumns(schema, R"({"id": 1} {"id": 2})"), {}, std::make_shared<const Schema>());
  EXPECT_EQ(columns.num_rows(), 2);
  EXPECT_EQ(columns.num_columns(), 0U);
}

}  // namespace

}  // namespace sluice
