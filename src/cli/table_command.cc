// SPDX-License-Identifier: Apache-2.0
#include "cli/table_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/exit_code.h"
#include "cli/offset_lookup.h"
#include "cli/stats_text.h"
#include "cli/status_line.h"
#include "cli/table_rows.h"
#include "core/columns_json.h"
#include "core/value_text.h"
#include "delta/log_reader.h"

namespace sluice::cli {

namespace {

using Json = nlohmann::ordered_json;
constexpr size_t kMaxCellWidth = 32;

int Complain(const Status& status) {
  fmt::print(stderr, "sluice table: {}\n", status.message());
  return ExitCodeOf(status);
}

void PrintJson(const Json& line) {
  fmt::print("{}\n", line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string UtcTime(int64_t ms) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}Z", fmt::gmtime(static_cast<time_t>(ms / 1000)));
}

// What the checkpoint says of the version's batch; empty without one or for another query's batch.
std::string OffsetsOf(const BatchOffsets& batches, const delta::HistoryEntry& entry) {
  if (!entry.batch || entry.app_id != batches.query_id ||
      !batches.ends.contains(entry.batch->value))
    return {};
  return RangesText(batches, entry.batch->value);
}

Json HistoryJson(const delta::HistoryEntry& entry, const std::string& offsets) {
  Json line = {{"version", entry.version.value},   {"timestamp_ms", entry.timestamp_ms},
               {"operation", entry.operation},     {"engine", entry.engine_info},
               {"files_added", entry.files_added}, {"files_removed", entry.files_removed},
               {"bytes_added", entry.bytes_added}};
  line["rows_added"] = entry.rows_added < 0 ? Json() : Json(entry.rows_added);
  line["query"] = entry.app_id.empty() ? Json() : Json(entry.app_id);
  line["batch"] = entry.batch ? Json(entry.batch->value) : Json();
  if (!offsets.empty()) line["offsets"] = offsets;
  return line;
}

void PrintHistoryLine(const delta::HistoryEntry& entry, const std::string& offsets) {
  const std::string batch = entry.batch ? fmt::format("batch {}", entry.batch->value) : "-";
  const std::string rows = entry.rows_added < 0 ? "?" : WithThousands(entry.rows_added);
  fmt::print("{:>7}  {}  {:<18}  {:<11}  {:>12} rows  {:>4} files  {:>8}  {}\n",
             entry.version.value, UtcTime(entry.timestamp_ms), entry.operation, batch, rows,
             entry.files_added, HumanBytes(entry.bytes_added), entry.engine_info);
  if (!offsets.empty()) fmt::print("         {}\n", offsets);
}

// -1: the log does not tell.
int64_t RowsOf(const delta::LiveFile& file) {
  return file.num_records < 0 ? -1 : file.num_records - file.deleted_rows;
}

void PrintFileLine(const delta::LiveFile& file) {
  const int64_t rows = RowsOf(file);
  fmt::print("{:>12} rows  {:>8}  {}\n", rows < 0 ? "?" : WithThousands(rows),
             HumanBytes(file.size_bytes), file.path);
  const auto stats = ReadStats(file.stats_json);
  if (!stats) return;
  const auto text = [&](const char* group, const std::string& column) {
    const std::string* json = stats->Of(group, column);
    return json ? *json : "?";
  };
  for (const StatsValue& least : stats->values) {
    if (least.group != "minValues") continue;
    fmt::print("    {}: {} .. {}, {} null\n", least.column, least.json,
               text("maxValues", least.column), text("nullCount", least.column));
  }
}

// The statistics stand in it as they are: no value of Json holds all their numbers.
std::string FileJson(const delta::LiveFile& file) {
  Json values = Json::object();
  for (const auto& [column, value] : file.partition_values)
    values[column] = value ? Json(*value) : Json();
  const int64_t rows = RowsOf(file);
  const Json line = {{"path", file.path},
                     {"bytes", file.size_bytes},
                     {"rows", rows < 0 ? Json() : Json(rows)},
                     {"partition_values", values}};
  std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.pop_back();
  const auto stats = ReadStats(file.stats_json);
  return text + ",\"stats\":" + (stats ? stats->json : "null") + "}";
}

std::string Shown(const std::vector<Columns>& rows, int64_t limit) {
  int64_t count = 0;
  for (const Columns& columns : rows) count += columns.num_rows();
  if (count == 0) return limit > 0 ? "no rows" : "no rows asked for";
  return fmt::format("{} {} {}", count < limit ? "all" : "the first", count,
                     count == 1 ? "row" : "rows");
}

// The version whose transaction of that query is the batch.
Result<delta::HistoryEntry> FindVersion(const std::string& table, const std::string& query_id,
                                        int64_t batch) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<delta::HistoryEntry> history,
                          delta::ReadHistory(table, 0));
  for (const delta::HistoryEntry& entry : history) {
    if (entry.app_id == query_id && entry.batch && entry.batch->value == batch) return entry;
  }
  return Status::Stop(
      "NOT_FOUND",
      fmt::format(
          "it is in batch {} of query {}, which the log of {} does not list: not committed yet, "
          "or its version was cleaned up",
          batch, query_id, table));
}

Status PrintAtOffset(const TableArguments& arguments) {
  SLUICE_ASSIGN_OR_RETURN(const RecordPosition record, ParseRecordPosition(arguments.record));
  const auto storage = checkpoint::LocalStorage(arguments.checkpoint);
  SLUICE_ASSIGN_OR_RETURN(const BatchOffsets batches, ReadBatchOffsets(*storage));
  SLUICE_ASSIGN_OR_RETURN(const int64_t batch, FindBatch(batches, record));
  SLUICE_ASSIGN_OR_RETURN(const delta::HistoryEntry entry,
                          FindVersion(arguments.path, batches.query_id, batch));
  if (arguments.json) {
    PrintJson({{"version", entry.version.value},
               {"batch", batch},
               {"query", batches.query_id},
               {"timestamp_ms", entry.timestamp_ms},
               {"offsets", RangesText(batches, batch)}});
  } else {
    fmt::print("version {}  (batch {}, committed {}; {})\n", entry.version.value, batch,
               UtcTime(entry.timestamp_ms), RangesText(batches, batch));
  }
  return Status::Ok();
}

}  // namespace

int HistoryCommand(const TableArguments& arguments) {
  const auto history = delta::ReadHistory(arguments.path, arguments.limit);
  if (!history.ok()) return Complain(history.status());
  BatchOffsets batches;
  if (!arguments.checkpoint.empty()) {
    auto read = ReadBatchOffsets(*checkpoint::LocalStorage(arguments.checkpoint));
    if (!read.ok()) return Complain(read.status());
    batches = std::move(read).value();
  }
  for (const delta::HistoryEntry& entry : *history) {
    const std::string offsets = OffsetsOf(batches, entry);
    if (arguments.json) {
      PrintJson(HistoryJson(entry, offsets));
    } else {
      PrintHistoryLine(entry, offsets);
    }
  }
  return kExitOk;
}

int FilesCommand(const TableArguments& arguments) {
  std::optional<TableVersion> version;
  if (arguments.version) version = TableVersion{*arguments.version};
  const auto files = delta::ListFiles(arguments.path, version);
  if (!files.ok()) return Complain(files.status());
  int64_t rows = 0, bytes = 0;
  for (const delta::LiveFile& file : *files) {
    if (arguments.json) {
      fmt::print("{}\n", FileJson(file));
    } else {
      PrintFileLine(file);
    }
    rows += std::max<int64_t>(RowsOf(file), 0);
    bytes += file.size_bytes;
  }
  if (!arguments.json)
    fmt::print("{} files, {} rows, {}\n", WithThousands(static_cast<int64_t>(files->size())),
               WithThousands(rows), HumanBytes(bytes));
  return kExitOk;
}

int ShowCommand(const TableArguments& arguments) {
  const auto table = delta::ReadTable(arguments.path);
  if (!table.ok()) return Complain(table.status());
  const auto rows = ReadFirstRows(*table, arguments.limit);
  if (!rows.ok()) return Complain(rows.status());
  if (arguments.json) {
    std::string text;
    for (const Columns& columns : *rows) {
      for (int64_t row = 0; row < columns.num_rows(); ++row) {
        AppendRowJson(columns, row, &text);
        text += '\n';
      }
    }
    fmt::print("{}", text);
    return kExitOk;
  }
  if (!rows->empty()) fmt::print("{}", FormatTable(rows->data(), rows->size(), kMaxCellWidth));
  fmt::print("{} at version {}: {}\n", arguments.path, table->info.version.value,
             Shown(*rows, arguments.limit));
  return kExitOk;
}

int AtOffsetCommand(const TableArguments& arguments) {
  const Status status = PrintAtOffset(arguments);
  return status.ok() ? kExitOk : Complain(status);
}

}  // namespace sluice::cli
