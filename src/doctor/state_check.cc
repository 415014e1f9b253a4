// SPDX-License-Identifier: Apache-2.0
#include "doctor/state_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "doctor/topic_check.h"
#include "doctor/wording.h"
#include "stream/start_up.h"

namespace sluice::doctor {

namespace {

using checkpoint::Recovery;
using delta::DirectoryState;

constexpr const char* kDocs = "see its code in docs/troubleshooting.md";
constexpr size_t kMostPartitions = 3;

// What the table contradicts is told with the table.
bool IsOfTable(const std::string& code) {
  return code == "CHECKPOINT.TABLE_AHEAD" || code == "CHECKPOINT.WITHOUT_TABLE" ||
         code == "CHECKPOINT.OF_ANOTHER_TABLE" || code == "CHECKPOINT.OF_ANOTHER_COPY";
}

std::string BatchesOf(const checkpoint::CheckpointState& state) {
  if (state.offset_ids.empty()) return "no batch yet";
  const int64_t logged = state.offset_ids.back();
  const int64_t committed = state.commit_ids.empty() ? -1 : state.commit_ids.back();
  if (logged == committed) return fmt::format("batch {} committed", logged);
  return fmt::format("batch {} under way or to be finished", logged);
}

// Where the next batch begins.
const OffsetMap* NextOffsets(const StateLook& state) {
  if (!state.recovery || !state.recovery->ok()) return nullptr;
  const Recovery& recovery = **state.recovery;
  if (recovery.kind == Recovery::Kind::kFinish) return &recovery.end;
  return recovery.start ? &*recovery.start : nullptr;
}

struct Comparison {
  std::vector<std::string> gone;     // partitions
  std::vector<std::string> beyond;   // next is past the end
  std::vector<std::string> expired;  // next is before the begin
  int64_t lost = 0;
  int64_t behind = 0;
  int64_t added = 0;  // partitions
};

Comparison Compare(const OffsetMap& next, const ClusterLook& cluster) {
  Comparison result;
  for (const auto& [partition, offset] : next) {
    const auto found = cluster.ranges.find(partition);
    if (found == cluster.ranges.end()) {
      result.gone.push_back(partition.ToString());
      continue;
    }
    const kafka::AvailableRange& has = found->second;
    const std::string where = fmt::format("{} next {}, Kafka has [{}, {})", partition.ToString(),
                                          offset.value, has.earliest.value, has.latest.value);
    if (offset > has.latest) {
      result.beyond.push_back(where);
    } else if (offset < has.earliest) {
      result.expired.push_back(where);
      result.lost += has.earliest.value - offset.value;
    }
    result.behind += std::max<int64_t>(0, has.latest.value - std::max(offset, has.earliest).value);
  }
  result.added = std::ranges::count_if(
      cluster.ranges, [&](const auto& entry) { return !next.contains(entry.first); });
  return result;
}

// A loss that stops the query, or, if it may be, is gone over.
Finding Loss(bool fail, std::string seen, const std::string& remedy) {
  if (!fail)
    return Warn("offsets", std::move(seen),
                remedy + "; failOnDataLoss is false: it goes on without");
  return Fail("offsets", std::move(seen),
              remedy + ", or go on without by source.failOnDataLoss: false");
}

Finding Judge(const Comparison& result, bool fail) {
  if (!result.beyond.empty()) {
    return Loss(fail, List(result.beyond, kMostPartitions),
                "find out whether the topic was made anew or this is another cluster; begin a new "
                "checkpoint then");
  }
  if (!result.gone.empty()) {
    return Loss(fail,
                "partitions of the checkpoint are gone: " + List(result.gone, kMostPartitions),
                "restore the topic");
  }
  if (!result.expired.empty()) {
    return Loss(fail,
                fmt::format("{} deleted before they were read: {}",
                            Counted(result.lost, "record was", "records were"),
                            List(result.expired, kMostPartitions)),
                "raise the topic's retention.ms; load the lost records from elsewhere");
  }
  std::string seen = result.behind == 0
                         ? "all read: next offsets are Kafka's ends"
                         : "next offsets are in Kafka; " +
                               Counted(result.behind, "record", "records") + " to read";
  if (result.added > 0)
    seen += fmt::format("; {} from the beginning",
                        Counted(result.added, "new partition", "new partitions"));
  return Ok("offsets", seen);
}

// A start makes the checkpoint first, with all directories above it; the table's parent may be one of these.
bool CheckpointLiesBelow(const std::string& parent, const std::string& checkpoint) {
  std::error_code error;
  const auto path = std::filesystem::absolute(checkpoint, error).lexically_normal();
  const auto from_parent = path.lexically_relative(parent);
  return !error && !checkpoint.empty() && !from_parent.empty() && *from_parent.begin() != "..";
}

// The rights and the parent of a table that is still to be made.
Finding CheckNewTable(const StateLook& look, const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  std::error_code error;
  if (look.table->state == DirectoryState::kAbsent &&
      !std::filesystem::is_directory(parent, error) &&
      !CheckpointLiesBelow(parent, look.checkpoint_path)) {
    return Fail("table", fmt::format("{} is not there, nor is its parent directory", path),
                fmt::format("mkdir -p '{}', or correct sink.path", parent));
  }
  if (!look.table_not_writable.empty()) {
    return Fail("table", fmt::format("{} cannot be made: {}", path, look.table_not_writable),
                "let this user write there (chown, chmod), or correct sink.path");
  }
  return Ok("table", path + " is not there yet; the first batch makes it");
}

Finding UnreadableTable(const Status& status) {
  const std::string seen = Essence(status.message());
  if (status.code() == "NOT_WRITABLE")
    return Fail("table", seen, "let this user read and write there (chown, chmod)");
  if (status.code().starts_with("TABLE_LOG"))
    return Fail("table", seen, "restore the files of _delta_log that are damaged or missing");
  return Fail("table", seen, "correct sink.path");
}

// How the table and the checkpoint agree; null if they do.
std::optional<Finding> Contradiction(const StateLook& look) {
  if (!look.recovery || look.recovery->ok()) return std::nullopt;
  const Status& status = look.recovery->status();
  if (!IsOfTable(status.code())) return std::nullopt;
  return Fail("table", status.code() + ": " + Essence(status.message()), kDocs);
}

std::string LastBatchOf(const StateLook& look) {
  if (!look.table->last_batch) return "";
  return fmt::format(", batch {} of this query is in it", look.table->last_batch->value);
}

bool IsNewQuery(const StateLook& look) {
  return look.recovery && look.recovery->ok() && (*look.recovery)->kind == Recovery::Kind::kBegin;
}

}  // namespace

Finding CheckCheckpoint(const StateLook& look) {
  if (!look.checkpoint.ok()) {
    return Fail("checkpoint", Essence(look.checkpoint.status().message()),
                "check owner and rights of the directory; " + std::string(kDocs));
  }
  if (!look.not_writable.empty()) {
    return Fail("checkpoint", "cannot be written: " + look.not_writable,
                "let this user write there (chown, chmod), or correct sink.checkpointLocation");
  }
  if (!look.checkpoint_there)
    return Ok("checkpoint", look.checkpoint_path + " is not there yet: a new query");
  const bool judged = look.recovery && !look.recovery->ok();
  if (judged && !IsOfTable(look.recovery->status().code())) {
    const Status& status = look.recovery->status();
    return Fail("checkpoint", status.code() + ": " + Essence(status.message()), kDocs);
  }
  std::string seen = fmt::format("{}: {}", look.checkpoint_path, BatchesOf(*look.checkpoint));
  if (look.holder > 0) seen += fmt::format("; process {} runs on it", look.holder);
  return Ok("checkpoint", seen);
}

Finding CheckOffsets(const StateLook& state, const ClusterLook& cluster, bool fail_on_data_loss) {
  if (const std::string why = WhyNoBroker(cluster); !why.empty()) return Skipped("offsets", why);
  if (!state.checkpoint.ok()) return Skipped("offsets", "the checkpoint cannot be read");
  if (!state.recovery) return Skipped("offsets", "the table cannot be read");
  if (!state.recovery->ok()) return Skipped("offsets", "checkpoint and table cannot be right");
  const OffsetMap* next = NextOffsets(state);
  if (next == nullptr) return Ok("offsets", "a new query: it begins at source.startingOffsets");
  std::set<std::string> topics = cluster.topics();
  topics.insert(cluster.missing_topics.begin(), cluster.missing_topics.end());
  const Status same = stream::CheckSameTopics(state.checkpoint_path, *next, topics);
  if (!same.ok()) {
    return Fail("offsets", Essence(same.message()),
                "correct sink.checkpointLocation or source.subscribe: each query has a checkpoint "
                "of its own");
  }
  if (const std::string why = WhyNoTopic(cluster); !why.empty()) return Skipped("offsets", why);
  if (!cluster.listed.ok()) return Skipped("offsets", "Kafka's offsets could not be listed");
  return Judge(Compare(*next, cluster), fail_on_data_loss);
}

Finding CheckTable(const StateLook& look, const Schema& columns,
                   const stream::QueryOptions& query) {
  if (!look.table.ok()) return UnreadableTable(look.table.status());
  const delta::TableLook& table = *look.table;
  if (table.state == DirectoryState::kForeign) {
    return Fail("table", table.path + " holds files, but no Delta log: it is no Delta table",
                "give sink.path of a table, or of a new or empty directory");
  }
  const auto contradiction = Contradiction(look);
  if (contradiction && table.appendable.ok()) return *contradiction;
  if (table.state != DirectoryState::kTable) return CheckNewTable(look, table.path);
  if (!table.appendable.ok()) {
    return Fail("table", Essence(table.appendable.message()),
                "drop these from the table, or write to another one");
  }
  if (!look.table_not_writable.empty()) {
    return Fail("table", "cannot be written: " + look.table_not_writable,
                "let this user write there (chown, chmod), or remount it writable");
  }
  const auto fit = delta::FitSchema(table.info, columns, query.partition_by, query.merge_schema);
  if (!fit.ok()) {
    return Fail("table", Essence(fit.status().message()),
                "change decode.schema or sql (partitioning: sink.partitionBy), or add columns by "
                "sink.mergeSchema: true");
  }
  std::string seen = fmt::format(
      "{}: version {}, {} fit{}", table.path, table.info.version.value,
      Counted(static_cast<int64_t>(columns.fields.size()), "column", "columns"), LastBatchOf(look));
  if (!fit->new_columns.empty()) seen += fmt::format(", {} to be added", fit->new_columns.size());
  if (!table.warnings.empty())
    return Warn("table", seen + "; " + OneLine(table.warnings.front()), "unset that property");
  if (IsNewQuery(look) && query.warn_of_foreign_table && table.info.version.value > 0) {
    return Warn("table",
                seen + "; but the checkpoint is new: rows of an earlier run would come twice",
                "restore that run's checkpoint, or begin an empty table");
  }
  return Ok("table", seen);
}

}  // namespace sluice::doctor
