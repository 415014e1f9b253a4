// SPDX-License-Identifier: Apache-2.0
//
// delta_fixture: what a test in another language asks of src/delta, as JSON on standard input and output.
//   {"path": "/t", "create": {"schema": {..}, "partition_by": [..], "properties": {..}},
//    "batches": [{"app_id": "q", "batch": 0, "rows": 3, "new_columns": [{.., "parent": [..]}], "files":
//                 [{"path": "a.parquet", "partition_values": {..}, "size": 1, "stats": {..}}]}]}
//   -> {"version": 1, "outcomes": [{"version": 1, "already": false, "conflicts": 0}],
//       "last_batch": {"q": 0}, "warnings": []}        or {"error": "CODE: message"}
#include <iostream>
#include <nlohmann/json.hpp>

#include "delta/schema_json.h"
#include "delta/table.h"

namespace sluice::delta {
namespace {

using Json = nlohmann::json;

Result<std::unique_ptr<Table>> OpenOrCreate(const Json& command) {
  const auto path = command.at("path").get<std::string>();
  if (!command.contains("create")) return OpenTable(path);
  const Json& create = command["create"];
  CreateRequest request;
  SLUICE_ASSIGN_OR_RETURN(request.schema, ParseSchemaJson(create.at("schema").dump()));
  request.partition_columns = create.value("partition_by", std::vector<std::string>{});
  request.properties = create.value("properties", std::map<std::string, std::string>{});
  return CreateTable(path, request);
}

DataFile ToFile(const Json& json) {
  DataFile file;
  file.path = json.at("path").get<std::string>();
  file.size_bytes = json.at("size").get<int64_t>();
  file.modification_time_ms = 1700000000000;
  if (json.contains("stats")) file.stats_json = json["stats"].dump();
  const Json values = json.value("partition_values", Json::object());
  for (const auto& [key, value] : values.items()) {
    file.partition_values.emplace_back(
        key, value.is_null() ? std::nullopt : std::optional(value.get<std::string>()));
  }
  return file;
}

Result<AppendRequest> ToRequest(const Json& json) {
  AppendRequest request;
  request.app_id = json.at("app_id").get<std::string>();
  request.batch = BatchId{json.at("batch").get<int64_t>()};
  request.engine_info = "Sluice/fixture";
  request.num_output_rows = json.value("rows", int64_t{0});
  const Json files = json.value("files", Json::array());
  for (const Json& file : files) request.files.push_back(ToFile(file));
  if (json.contains("new_columns")) {
    const Json schema = {{"type", "struct"}, {"fields", json["new_columns"]}};
    SLUICE_ASSIGN_OR_RETURN(const Schema columns, ParseSchemaJson(schema.dump()));
    for (size_t i = 0; i < columns.fields.size(); ++i) {
      request.new_columns.push_back(
          {json["new_columns"][i].value("parent", NamePath{}), columns.fields[i]});
    }
  }
  return request;
}

Result<Json> Run(const Json& command) {
  SLUICE_ASSIGN_OR_RETURN(auto table, OpenOrCreate(command));
  Json answer = {{"outcomes", Json::array()}, {"last_batch", Json::object()}};
  const Json batches = command.value("batches", Json::array());
  for (const Json& batch : batches) {
    SLUICE_ASSIGN_OR_RETURN(const AppendRequest request, ToRequest(batch));
    SLUICE_ASSIGN_OR_RETURN(const CommitOutcome outcome, table->Append(request));
    answer["outcomes"].push_back(
        {{"version", outcome.version.value},
         {"already", outcome.kind == CommitOutcome::Kind::kAlreadyCommitted},
         {"conflicts", outcome.conflicts}});
    table->Maintain();
    table->FinishMaintenance({});
    SLUICE_ASSIGN_OR_RETURN(const auto last, table->LastBatch(request.app_id));
    answer["last_batch"][request.app_id] = last ? last->value : -1;
  }
  answer["version"] = table->info().version.value;
  answer["schema"] = table->info().schema.ToDdl();
  answer["warnings"] = table->TakeWarnings();
  return answer;
}

}  // namespace
}  // namespace sluice::delta

int main() {
  const auto command = nlohmann::json::parse(std::cin);
  const auto answer = sluice::delta::Run(command);
  std::cout << (answer.ok() ? *answer : nlohmann::json{{"error", answer.status().ToString()}})
            << "\n";
  return answer.ok() ? 0 : 1;
}
