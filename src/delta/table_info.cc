// SPDX-License-Identifier: Apache-2.0
#include "delta/table_info.h"

#include "delta/schema_json.h"

namespace sluice::delta {

Result<TableInfo> ToTableInfo(const std::string& path, const SnapshotInfo& raw) {
  TableInfo info;
  info.id = raw.id;
  info.version = raw.version;
  auto schema = ParseSchemaJson(raw.schema_json);
  if (!schema.ok()) {
    const Status& status = schema.status();
    return Status(status.kind(), status.code(), "table " + path + ": " + status.message());
  }
  info.schema = std::move(schema).value();
  info.partition_columns = raw.partition_columns;
  info.configuration.insert(raw.configuration.begin(), raw.configuration.end());
  info.min_reader_version = raw.min_reader_version;
  info.min_writer_version = raw.min_writer_version;
  return info;
}

}  // namespace sluice::delta
