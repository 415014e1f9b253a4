// SPDX-License-Identifier: Apache-2.0
//
// parquet_fixture DIR: writes the data files that tests/integration/test_parquet_readers.py reads with
// readers that are not ours. For each table NAME:
//   NAME/...parquet     its data files
//   NAME.json           [{"path":..,"partitionValues":{..},"size":..,"stats":".."}, ...]
//   NAME.rows           its rows, one JSON object a line, partition columns included
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/columns_json.h"
#include "core/testing/columns_builder.h"
#include "parquet/testing/random_rows.h"
#include "parquet/testing/vehicle_positions.h"
#include "parquet/writer.h"

namespace sluice::parquet {

namespace {

using nlohmann::json;

void Check(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

json Described(const DataFile& file) {
  json values = json::object();
  for (const auto& [column, text] : file.partition_values)
    values[column] = text ? json(*text) : json();
  return {{"path", file.path},
          {"partitionValues", values},
          {"size", file.size_bytes},
          {"modificationTime", file.modification_time_ms},
          {"stats", file.stats_json}};
}

void WriteTable(const std::string& path, const std::vector<Columns>& batches,
                const WriterOptions& options) {
  std::filesystem::create_directories(path);
  auto writer = DataFileWriter::Make(path, batches[0].schema(), options);
  Check(writer.status());
  (*writer)->Begin(BatchId{0}, 0);
  std::ofstream rows(path + ".rows");
  for (const Columns& columns : batches) {
    Check((*writer)->Write(columns));
    for (int64_t row = 0; row < columns.num_rows(); ++row) {
      std::string line;
      AppendRowJson(columns, row, &line);
      rows << line << '\n';
    }
  }
  const auto files = (*writer)->Finish();
  Check(files.status());
  json described = json::array();
  for (const DataFile& file : *files) described.push_back(Described(file));
  std::ofstream(path + ".json") << described;
}

void WriteEveryType(const std::string& directory) {
  const Schema schema = EveryTypeSchema();
  for (const std::string encoding : {"compact", "compatible"}) {
    for (const std::string compression : {"zstd", "snappy", "none"}) {
      std::vector<Columns> batches;
      for (uint64_t seed = 0; seed < 3; ++seed)
        batches.push_back(BuildColumns(schema, RandomRows(schema, 200, seed)));
      WriteTable(directory + "/types_" + encoding + "_" + compression, batches,
                 {.compression = compression, .encoding = encoding});
    }
  }
}

Field Of(const char* name, TypeKind kind) { return {name, DataType(kind), true}; }

void WritePartitionTexts(const std::string& path) {
  const Schema schema{{Of("id", TypeKind::kLong), Of("p", TypeKind::kString)}};
  std::vector<Columns> batches;
  batches.push_back(BuildColumns(schema, R"(
      {"id": 1, "p": "x/y=z %"} {"id": 2, "p": "q\"uote"} {"id": 3, "p": "ünï 😀"}
      {"id": 4, "p": null} {"id": 5, "p": ""}
      {"id": 6, "p": "a b"} {"id": 7, "p": "100%25"} {"id": 8, "p": "it's #1?"} {"id": 10, "p": "tab\there"}
      {"id": 9, "p": "back\\slash:colon[1]{2}^*"} {"id": 11, "p": "x/y=z %"} {"id": 12, "p": " lead"}
      {"id": 13, "p": "plus+and&"})"));
  WriteTable(path, batches, {.partition_by = {"p"}});
}

// No negative DECIMAL: deltalake 1.6 turns -12.50 into the text "-12.-50".
void WritePartitionTypes(const std::string& path) {
  const Schema schema{{Of("id", TypeKind::kLong),
                       Of("bo", TypeKind::kBoolean),
                       Of("by", TypeKind::kByte),
                       Of("sh", TypeKind::kShort),
                       Of("i", TypeKind::kInt),
                       Of("l", TypeKind::kLong),
                       Of("f", TypeKind::kFloat),
                       Of("d", TypeKind::kDouble),
                       {"de", DataType::Decimal(10, 2)},
                       Of("da", TypeKind::kDate),
                       Of("ts", TypeKind::kTimestamp)}};
  std::vector<Columns> batches;
  batches.push_back(BuildColumns(schema, R"(
      {"id": 1, "bo": true, "by": -128, "sh": 7, "i": -2147483648, "l": 9223372036854775807,
       "f": 0.5, "d": -2.5, "de": "12.50", "da": "2024-02-29", "ts": "2024-02-29 12:00:00.123456"}
      {"id": 2}
      {"id": 3, "bo": false, "by": 0, "sh": 0, "i": 0, "l": 0, "f": 0.0, "d": 1e300, "de": "0.00",
       "da": "1969-12-31", "ts": "1969-12-31 23:59:59.999999"})"));
  WriteTable(path, batches,
             {.partition_by = {"bo", "by", "sh", "i", "l", "f", "d", "de", "da", "ts"}});
}

// Enough rows for texts to be numbered before Arrow sees them: in the last row group.
void WritePositions(const std::string& path) {
  std::vector<Columns> batches;
  for (int64_t first = 0; first < 100'000; first += 20'000)
    batches.push_back(VehiclePositions(first, 20'000));
  WriteTable(path, batches, {.row_group_rows = 40'000});
}

}  // namespace

}  // namespace sluice::parquet

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: parquet_fixture DIRECTORY\n");
    return 2;
  }
  const std::string directory = argv[1];
  sluice::parquet::WriteEveryType(directory);
  sluice::parquet::WritePartitionTexts(directory + "/partition_texts");
  sluice::parquet::WritePartitionTypes(directory + "/partition_types");
  sluice::parquet::WritePositions(directory + "/positions");
}
