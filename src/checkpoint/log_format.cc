// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/log_format.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <vector>

#include "checkpoint/json_span.h"

namespace sluice::checkpoint {

const std::string_view kSpark35Conf =
    R"({"spark.sql.streaming.stateStore.providerClass":)"
    R"("org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider",)"
    R"("spark.sql.streaming.join.stateFormatVersion":"2",)"
    R"("spark.sql.streaming.stateStore.compression.codec":"lz4",)"
    R"("spark.sql.streaming.stateStore.rocksdb.formatVersion":"5",)"
    R"("spark.sql.streaming.statefulOperator.useStrictDistribution":"true",)"
    R"("spark.sql.streaming.flatMapGroupsWithState.stateFormatVersion":"2",)"
    R"("spark.sql.streaming.multipleWatermarkPolicy":"min",)"
    R"("spark.sql.streaming.aggregation.stateFormatVersion":"2",)"
    R"("spark.sql.shuffle.partitions":"200"})";

namespace {

using Json = nlohmann::json;

Status Corrupt(const std::string& file, const std::string& what) {
  return Status::Stop(
      "CHECKPOINT.CORRUPT_FILE",
      file + ": " + what +
          ". Nothing was changed. Restore this file from a backup of the checkpoint; "
          "it must not be edited by hand");
}

Status UnsupportedVersion(const std::string& file, std::string_view version) {
  return Status::Stop(
      "CHECKPOINT.UNSUPPORTED_VERSION",
      file + ": log version '" + std::string(version) +
          "', only v1 is supported. A newer Spark wrote it (offset log v2: named "
          "sources; commit log v2: stateful queries). Nothing was changed. Go on with "
          "the Spark version that wrote it, or start with a new checkpoint");
}

// Lines without the last one's newline: Spark writes none, but reads a file that has it.
std::vector<std::string_view> Lines(std::string_view bytes) {
  if (bytes.ends_with('\n')) bytes.remove_suffix(1);
  std::vector<std::string_view> lines;
  while (true) {
    const size_t end = bytes.find('\n');
    lines.push_back(bytes.substr(0, end));
    if (end == std::string_view::npos) return lines;
    bytes.remove_prefix(end + 1);
  }
}

Result<std::vector<std::string_view>> VersionedLines(std::string_view bytes,
                                                     const std::string& file) {
  if (bytes.empty()) {
    return Corrupt(file,
                   "the file is empty, as a power loss leaves it when its writer did not flush");
  }
  std::vector<std::string_view> lines = Lines(bytes);
  if (lines[0] == "v1") return lines;
  const bool is_version = lines[0].size() > 1 && lines[0][0] == 'v' &&
                          std::all_of(lines[0].begin() + 1, lines[0].end(),
                                      [](unsigned char c) { return std::isdigit(c); });
  if (is_version) return UnsupportedVersion(file, lines[0]);
  return Corrupt(file, "line 1 must be v1");
}

int64_t IntegerOr0(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

Status CheckOffsetLines(const std::vector<std::string_view>& lines, const std::string& file) {
  if (lines.size() < 2 || lines[1].empty()) {
    return Corrupt(file,
                   "line 2 (the batch's metadata) is blank; Spark itself fails on such a file");
  }
  const size_t sources = lines.size() - 2;
  if (sources != 1) {
    return Status::Stop("CHECKPOINT.SOURCE_COUNT",
                        file + ": there are " + std::to_string(sources) +
                            " sources in the checkpoint offsets, this query has one. It is the "
                            "checkpoint of another query: check checkpointLocation");
  }
  if (lines[2] == "-") return Corrupt(file, "the source has no offsets (-)");
  return Status::Ok();
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

}  // namespace

std::string FormatOffsetLog(const OffsetLogEntry& entry, ScalaVersion scala) {
  return "v1\n{\"batchWatermarkMs\":" + std::to_string(entry.batch_watermark_ms) +
         ",\"batchTimestampMs\":" + std::to_string(entry.batch_timestamp_ms) +
         ",\"conf\":" + entry.conf_json + "}\n" + OffsetsToJson(entry.offsets, scala);
}

Result<OffsetLogEntry> ParseOffsetLog(std::string_view bytes, const std::string& file) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::string_view> lines, VersionedLines(bytes, file));
  SLUICE_RETURN_IF_ERROR(CheckOffsetLines(lines, file));
  const Json metadata = Json::parse(lines[1], nullptr, /*allow_exceptions=*/false);
  if (!metadata.is_object()) return Corrupt(file, "line 2 is not a JSON object");
  const Result<OffsetMap> offsets = OffsetsFromJson(lines[2]);
  if (!offsets.ok()) return Corrupt(file, "line 3: " + offsets.status().message());
  OffsetLogEntry entry;
  entry.batch_watermark_ms = IntegerOr0(metadata, "batchWatermarkMs");
  entry.batch_timestamp_ms = IntegerOr0(metadata, "batchTimestampMs");
  entry.conf_json = std::string(MemberText(lines[1], "conf").value_or("{}"));
  entry.offsets = *offsets;
  entry.offsets_json = std::string(lines[2]);
  return entry;
}

std::string FormatCommitLog(int64_t next_batch_watermark_ms) {
  return "v1\n{\"nextBatchWatermarkMs\":" + std::to_string(next_batch_watermark_ms) + "}";
}

Result<int64_t> ParseCommitLog(std::string_view bytes, const std::string& file) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::string_view> lines, VersionedLines(bytes, file));
  if (lines.size() < 2) return 0;
  const Json commit = Json::parse(lines[1], nullptr, /*allow_exceptions=*/false);
  if (!commit.is_object()) return Corrupt(file, "line 2 is not a JSON object");
  return IntegerOr0(commit, "nextBatchWatermarkMs");
}

std::string FormatInitialOffsets(const OffsetMap& offsets, ScalaVersion scala) {
  return std::string(1, '\0') + "v1\n" + OffsetsToJson(offsets, scala);
}

Result<OffsetMap> ParseInitialOffsets(std::string_view bytes, const std::string& file) {
  if (bytes.empty() || bytes[0] != '\0') {
    return Corrupt(file,
                   "the file must begin with a zero byte before v1, as Spark writes and wants it");
  }
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::string_view> lines,
                          VersionedLines(bytes.substr(1), file));
  if (lines.size() < 2) return Corrupt(file, "line 2 (the offsets) is missing");
  Result<OffsetMap> offsets = OffsetsFromJson(lines[1]);
  if (!offsets.ok()) return Corrupt(file, "line 2: " + offsets.status().message());
  return offsets;
}

std::string FormatMetadata(std::string_view query_id) {
  return "{\"id\":\"" + std::string(query_id) + "\"}";
}

Result<std::string> ParseMetadata(std::string_view bytes, const std::string& file) {
  const Json metadata = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!metadata.is_object() || !metadata.contains("id") || !metadata["id"].is_string() ||
      !IsUuid(metadata["id"].get<std::string>())) {
    return Corrupt(file, "expected {\"id\":\"<uuid>\"}, the id of the query");
  }
  return metadata["id"].get<std::string>();
}

}  // namespace sluice::checkpoint
