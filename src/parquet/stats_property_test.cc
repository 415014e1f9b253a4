// SPDX-License-Identifier: Apache-2.0
//
// Statistics of random files against the values of their rows, found out in the slow, obvious way from
// the rows' JSON.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/columns_json.h"
#include "core/testing/columns_builder.h"
#include "parquet/delta_stats.h"
#include "parquet/testing/random_rows.h"
#include "parquet/writer.h"

namespace sluice::parquet {

namespace {

using nlohmann::json;

// What the rows say of one leaf.
struct Expected {
  std::vector<json> values;  // without nulls
  int64_t nulls = 0;
};

// Values of a leaf in all rows; a null struct is null in all its leaves.
Expected ValuesAt(const std::vector<json>& rows, const std::vector<std::string>& path) {
  Expected expected;
  for (const json& row : rows) {
    json value = row;
    for (const std::string& step : path) value = value.is_object() ? value[step] : json();
    if (value.is_null())
      ++expected.nulls;
    else
      expected.values.push_back(value);
  }
  return expected;
}

std::string Milliseconds(const std::string& text, bool zone) {
  return text.substr(0, 23) + (zone ? "Z" : "");
}

// The bound as the statistics should have it; null for none.
json Bound(const DataType& type, const Expected& expected, bool greatest) {
  if (expected.values.empty()) return nullptr;
  const auto less = [&](const json& a, const json& b) {
    return a.is_string() ? a.get<std::string>() < b.get<std::string>() : a < b;
  };
  const auto& values = expected.values;
  const json value = greatest ? *std::max_element(values.begin(), values.end(), less)
                              : *std::min_element(values.begin(), values.end(), less);
  switch (type.kind()) {
    case TypeKind::kBoolean:
    case TypeKind::kBinary: return nullptr;
    case TypeKind::kTimestamp: return Milliseconds(value.get<std::string>(), true);
    case TypeKind::kTimestampNtz: return Milliseconds(value.get<std::string>(), false);
    case TypeKind::kString: {
      const auto text = value.get<std::string>();
      const auto bound = greatest ? UpperBound(text) : LowerBound(text);
      return bound ? json(*bound) : json();
    }
    default: return value;
  }
}

class Checker {
 public:
  Checker(std::vector<json> rows, json stats) : rows_(std::move(rows)), stats_(std::move(stats)) {}

  void Check(const std::vector<Field>& fields, std::vector<std::string> path) {
    for (const Field& field : fields) {
      path.push_back(field.name);
      if (field.type.kind() == TypeKind::kStruct)
        Check(field.type.children(), path);
      else
        CheckLeaf(field.type, path);
      path.pop_back();
    }
  }

 private:
  json Stat(const char* kind, const std::vector<std::string>& path) const {
    json value = stats_[kind];
    for (const std::string& step : path) value = value.is_object() ? value[step] : json();
    return value;
  }

  void CheckLeaf(const DataType& type, const std::vector<std::string>& path) {
    const Expected expected = ValuesAt(rows_, path);
    const std::string name = json(path).dump();
    EXPECT_EQ(Stat("nullCount", path), expected.nulls) << name;
    const bool bounds = !type.is_nested();
    EXPECT_EQ(Stat("minValues", path), bounds ? Bound(type, expected, false) : json()) << name;
    EXPECT_EQ(Stat("maxValues", path), bounds ? Bound(type, expected, true) : json()) << name;
  }

  std::vector<json> rows_;
  json stats_;
};

TEST(StatsPropertyTest, StatisticsAgreeWithTheRows) {
  const Schema schema = EveryTypeSchema();
  std::string pattern = testing::TempDir() + "parquet_stats_XXXXXX";
  const std::string root = ::mkdtemp(pattern.data());
  for (uint64_t seed = 0; seed < 25; ++seed) {
    const int count = static_cast<int>(1 + seed * seed % 80);
    // Several batches and, for some, several row groups.
    auto writer = DataFileWriter::Make(root, schema,
                                       {.encoding = seed % 2 == 0 ? "compact" : "compatible",
                                        .row_group_rows = seed % 3 == 0 ? 40 : 1000});
    (*writer)->Begin(BatchId{0}, 0);
    std::vector<json> rows;
    for (uint64_t batch = 0; batch < 3; ++batch) {
      const Columns columns = BuildColumns(schema, RandomRows(schema, count, seed * 3 + batch));
      ASSERT_TRUE((*writer)->Write(columns).ok());
      for (int64_t row = 0; row < columns.num_rows(); ++row) {
        std::string line;
        AppendRowJson(columns, row, &line);
        rows.push_back(json::parse(line));
      }
    }
    const auto files = (*writer)->Finish();
    ASSERT_TRUE(files.ok()) << files.status().ToString();
    const json stats = json::parse((*files)[0].stats_json);
    EXPECT_EQ(stats["numRecords"], count * 3);
    Checker(std::move(rows), stats).Check(schema.fields, {});
    if (HasFailure()) break;
  }
  std::filesystem::remove_all(root);
}

}  // namespace

}  // namespace sluice::parquet
