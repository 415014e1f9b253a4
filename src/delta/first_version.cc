// SPDX-License-Identifier: Apache-2.0
#include "delta/first_version.h"

#include <nlohmann/json.hpp>
#include <set>

#include "core/ascii.h"
#include "delta/schema_json.h"

namespace sluice::delta {

namespace {

using Json = nlohmann::ordered_json;

// Properties of the protocol (1,2): they change no promise that a reader or writer must know of.
const std::set<std::string>& PlainProperties() {
  static const std::set<std::string> kNames = {"delta.appendOnly",
                                               "delta.autoOptimize.autoCompact",
                                               "delta.autoOptimize.optimizeWrite",
                                               "delta.checkpointInterval",
                                               "delta.dataSkippingNumIndexedCols",
                                               "delta.deletedFileRetentionDuration",
                                               "delta.enableExpiredLogCleanup",
                                               "delta.isolationLevel",
                                               "delta.logRetentionDuration",
                                               "delta.randomizeFilePrefixes",
                                               "delta.randomPrefixLength",
                                               "delta.sampleRetentionDuration",
                                               "delta.setTransactionRetentionDuration",
                                               "delta.targetFileSize",
                                               "delta.tuneFileSizesForRewrites"};
  return kNames;
}

void CheckProperties(const CreateRequest& request, std::string* problems) {
  for (const auto& [name, value] : request.properties) {
    if (name.starts_with("delta.") && !PlainProperties().contains(name)) {
      *problems +=
          "\n  - property " + name + " = " + value +
          ": Sluice makes no table with it; set it by ALTER TABLE afterwards if Sluice can keep it";
    }
  }
}

void CheckPartitioning(const CreateRequest& request, std::string* problems) {
  for (const std::string& column : request.partition_columns) {
    const int found = request.schema.Find(column);
    if (found < 0) {
      *problems += "\n  - partitionBy `" + column + "`: no such column";
    } else if (request.schema.fields[static_cast<size_t>(found)].type.is_nested()) {
      *problems += "\n  - partitionBy `" + column + "`: a " +
                   request.schema.fields[static_cast<size_t>(found)].type.ToDdl() +
                   " cannot be a partition column";
    }
  }
  const size_t columns = request.schema.fields.size();
  if (columns == 0) *problems += "\n  - it has no columns";
  if (columns > 0 && request.partition_columns.size() >= columns)
    *problems += "\n  - partitionBy: no column is left for the data files";
}

// "trip.stops.element", for messages.
std::string Dotted(const std::string& parent, const std::string& name) {
  return parent.empty() ? name : parent + "." + name;
}

// As Delta does without column mapping: at every level. `parent` leads to the struct that has `fields`.
void CheckNames(const std::string& parent, const std::vector<Field>& fields,
                std::string* problems) {
  std::set<std::string> seen;
  for (const Field& field : fields) {
    const std::string path = Dotted(parent, field.name);
    if (!seen.insert(ToLower(field.name)).second)
      *problems += "\n  - column `" + path + "`: twice (case does not count)";
    if (field.name.empty() || field.name.find_first_of(" ,;{}()\n\t=") != std::string::npos) {
      *problems += "\n  - column `" + path +
                   "`: a name may not be empty or hold any of \" ,;{}()=\" or a tab or line break";
    }
    // The child of an ARRAY is "element", those of a MAP are "key" and "value".
    CheckNames(path, field.type.children(), problems);
  }
}

void CheckColumns(const CreateRequest& request, std::string* problems) {
  CheckNames("", request.schema.fields, problems);
  if (Contains(request.schema, TypeKind::kVoid)) *problems += "\n  - a column has the type VOID";
}

Json Protocol(const Schema& schema) {
  if (!Contains(schema, TypeKind::kTimestampNtz))
    return {{"minReaderVersion", 1}, {"minWriterVersion", 2}};
  return {{"minReaderVersion", 3},
          {"minWriterVersion", 7},
          {"readerFeatures", {"timestampNtz"}},
          {"writerFeatures", {"timestampNtz", "appendOnly", "invariants"}}};
}

// The columns' own spelling, not the configuration's.
Json PartitionColumns(const CreateRequest& request) {
  Json columns = Json::array();
  for (const std::string& column : request.partition_columns) {
    columns.push_back(request.schema.fields[static_cast<size_t>(request.schema.Find(column))].name);
  }
  return columns;
}

Json Properties(const CreateRequest& request) {
  Json properties = Json::object();
  for (const auto& [name, value] : request.properties) properties[name] = value;
  return properties;
}

}  // namespace

Result<std::string> WriteFirstVersion(const CreateRequest& request, const FirstVersion& version) {
  std::string problems;
  CheckColumns(request, &problems);
  CheckPartitioning(request, &problems);
  CheckProperties(request, &problems);
  if (!problems.empty()) return Status::Exit("BAD_TABLE", "the table cannot be made:" + problems);

  const Json partitions = PartitionColumns(request);
  const Json properties = Properties(request);
  const Json info = {{"timestamp", version.now_ms},
                     {"operation", "CREATE TABLE"},
                     {"operationParameters",
                      {{"isManaged", "false"},
                       {"description", nullptr},
                       {"partitionBy", partitions.dump()},
                       {"properties", properties.dump()}}},
                     {"isolationLevel", "Serializable"},
                     {"isBlindAppend", true},
                     {"operationMetrics", Json::object()},
                     {"engineInfo", version.engine_info},
                     {"txnId", version.txn_id}};
  const Json metadata = {{"id", version.table_id},
                         {"format", {{"provider", "parquet"}, {"options", Json::object()}}},
                         {"schemaString", ToSchemaJson(request.schema, /*all_nullable=*/true)},
                         {"partitionColumns", partitions},
                         {"configuration", properties},
                         {"createdTime", version.now_ms}};
  std::string text = Json{{"commitInfo", info}}.dump() + "\n";
  text += Json{{"protocol", Protocol(request.schema)}}.dump() + "\n";
  return text + Json{{"metaData", metadata}}.dump() + "\n";
}

}  // namespace sluice::delta
