// SPDX-License-Identifier: Apache-2.0
#include "cli/offset_lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "checkpoint/log_format.h"

namespace sluice::cli {

namespace {

// The whole of `text` as a number that is not negative, or -1.
int64_t Number(std::string_view text) {
  int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

Status NotFound(std::string message) { return Status::Stop("NOT_FOUND", std::move(message)); }

}  // namespace

Result<RecordPosition> ParseRecordPosition(const std::string& text) {
  const size_t last = text.rfind('-');
  const size_t middle =
      last == std::string::npos || last == 0 ? std::string::npos : text.rfind('-', last - 1);
  if (middle != std::string::npos && middle > 0) {
    const int64_t partition = Number(std::string_view(text).substr(middle + 1, last - middle - 1));
    const int64_t offset = Number(std::string_view(text).substr(last + 1));
    if (partition >= 0 && partition <= INT32_MAX && offset >= 0) {
      return RecordPosition{{text.substr(0, middle), PartitionId{static_cast<int32_t>(partition)}},
                            Offset{offset}};
    }
  }
  return Status::Exit(
      "USAGE",
      fmt::format("'{}': expected topic-partition-offset, such as dev_topic-0-1234", text));
}

Result<BatchOffsets> ReadBatchOffsets(checkpoint::Storage& storage) {
  BatchOffsets batches;
  SLUICE_ASSIGN_OR_RETURN(const std::string metadata, storage.Read("metadata"));
  SLUICE_ASSIGN_OR_RETURN(batches.query_id,
                          checkpoint::ParseMetadata(metadata, storage.PathOf("metadata")));
  SLUICE_ASSIGN_OR_RETURN(const std::vector<std::string> names, storage.List("offsets"));
  for (const std::string& name : names) {
    const int64_t batch = Number(name);
    if (batch < 0) continue;
    const std::string file = "offsets/" + name;
    const auto bytes = storage.Read(file);
    if (!bytes.ok()) continue;  // a running query forgets old batches between our list and our look
    SLUICE_ASSIGN_OR_RETURN(checkpoint::OffsetLogEntry entry,
                            checkpoint::ParseOffsetLog(*bytes, storage.PathOf(file)));
    batches.ends.emplace(batch, std::move(entry.offsets));
  }
  if (storage.List("sources/0").ok()) {
    const auto bytes = storage.Read("sources/0/0");
    // Where the query began: the end of what comes before batch 0.
    if (bytes.ok() && batches.ends.contains(0)) {
      SLUICE_ASSIGN_OR_RETURN(
          OffsetMap start, checkpoint::ParseInitialOffsets(*bytes, storage.PathOf("sources/0/0")));
      batches.ends.emplace(-1, std::move(start));
    }
  }
  return batches;
}

Result<int64_t> FindBatch(const BatchOffsets& batches, const RecordPosition& record) {
  const std::string name =
      fmt::format("{} offset {}", record.partition.ToString(), record.offset.value);
  bool seen = false;
  int64_t oldest = -2;
  for (const auto& [batch, ends] : batches.ends) {
    const auto end = ends.find(record.partition);
    if (end == ends.end()) continue;
    const bool holds = end->second > record.offset;
    if (holds && batch == -1)
      return NotFound(fmt::format("{} was before the start of the query, which began at {}", name,
                                  end->second.value));
    // A partition that appears later begins at its earliest offset, so its first batch may be its own.
    const bool start_known = seen || batches.ends.begin()->first == -1;
    if (holds && !start_known && batch > 0 && oldest == -2) {
      if (batch == batches.ends.begin()->first) {
        return NotFound(fmt::format(
            "{} is in batch {} or an older one: the checkpoint lists no batch before it", name,
            batch));
      }
    }
    if (holds) return batch;
    seen = true;
    oldest = batch;
  }
  if (seen)
    return NotFound(fmt::format("{} has not been read yet; the newest batch is {}", name,
                                batches.ends.rbegin()->first));
  return NotFound(fmt::format("the query does not read {}", record.partition.ToString()));
}

std::string RangesText(const BatchOffsets& batches, int64_t batch) {
  const auto before = batches.ends.find(batch - 1);
  std::string text;
  for (const auto& [partition, end] : batches.ends.at(batch)) {
    std::string start = "?";
    if (before != batches.ends.end()) {
      const auto at = before->second.find(partition);
      if (at != before->second.end()) start = std::to_string(at->second.value);
    }
    text += fmt::format("{}{} [{}, {})", text.empty() ? "" : ", ", partition.ToString(), start,
                        end.value);
  }
  return text;
}

}  // namespace sluice::cli
