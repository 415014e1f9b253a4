// SPDX-License-Identifier: Apache-2.0
#include "delta/testing/table_fixture.h"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace sluice::delta::testing {

namespace fs = std::filesystem;

AppendRequest BatchOf(const std::string& app_id, int64_t batch,
                      const std::vector<std::string>& paths) {
  AppendRequest request;
  request.app_id = app_id;
  request.batch = BatchId{batch};
  request.engine_info = "Sluice/test";
  for (const std::string& path : paths) {
    DataFile file;
    file.path = path;
    file.size_bytes = 1000;
    file.modification_time_ms = 1700000000000;
    file.num_records = 3;
    file.stats_json =
        R"({"numRecords":3,"minValues":{"id":1,"name":"a"},"maxValues":{"id":3,"name":"c"},)"
        R"("nullCount":{"id":0,"name":0,"day":3}})";
    request.files.push_back(std::move(file));
    request.num_output_rows += 3;
    request.num_output_bytes += 1000;
  }
  return request;
}

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void TableTest::SetUp() {
  std::string name = (fs::temp_directory_path() / "sluice-delta-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  directory_ = name;
  path_ = directory_ / "table";
}

void TableTest::TearDown() {
  std::error_code error;
  fs::remove_all(directory_, error);
}

Schema TableTest::SmallSchema() {
  return {{{"id", DataType(TypeKind::kLong)},
           {"name", DataType(TypeKind::kString)},
           {"day", DataType(TypeKind::kDate)}}};
}

std::unique_ptr<Table> TableTest::Created(const std::vector<std::string>& partition_columns,
                                          const std::map<std::string, std::string>& properties) {
  auto table = CreateTable(path_.string(), {SmallSchema(), partition_columns, properties});
  EXPECT_TRUE(table.ok()) << table.status().ToString();
  return table.ok() ? std::move(table).value() : nullptr;
}

std::unique_ptr<Table> TableTest::Opened() {
  auto table = OpenTable(path_.string());
  EXPECT_TRUE(table.ok()) << table.status().ToString();
  return table.ok() ? std::move(table).value() : nullptr;
}

fs::path TableTest::CommitPath(int64_t version) const {
  const std::string digits = std::to_string(version);
  return path_ / "_delta_log" / (std::string(20 - digits.size(), '0') + digits + ".json");
}

void TableTest::WriteCommit(int64_t version, const std::vector<std::string>& actions) {
  fs::create_directories(path_ / "_delta_log");
  ASSERT_FALSE(fs::exists(CommitPath(version)));
  std::ofstream file(CommitPath(version));
  for (const std::string& action : actions) file << action << "\n";
}

void TableTest::WriteForeignTable(const std::string& protocol, const std::string& schema_json,
                                  const std::string& configuration) {
  const nlohmann::ordered_json metadata = {
      {"id", "5f3c1c2e-0000-4000-8000-000000000001"},
      {"format", {{"provider", "parquet"}, {"options", nlohmann::json::object()}}},
      {"schemaString", schema_json},
      {"partitionColumns", nlohmann::json::array()},
      {"configuration", nlohmann::json::parse(configuration)},
      {"createdTime", 1700000000000}};
  WriteCommit(
      0,
      {R"({"commitInfo":{"timestamp":1700000000000,"operation":"CREATE TABLE","txnId":"foreign-0"}})",
       protocol, nlohmann::ordered_json{{"metaData", metadata}}.dump()});
}

}  // namespace sluice::delta::testing
