// SPDX-License-Identifier: Apache-2.0
#include "stream/testing/memory_world.h"

#include <map>
#include <set>
#include <sstream>

namespace sluice::stream {

namespace {

const char* Name(QueryState state) {
  switch (state) {
    case QueryState::kStarting: return "starting";
    case QueryState::kWaiting: return "waiting";
    case QueryState::kRunning: return "running";
    case QueryState::kStopping: return "stopping";
    case QueryState::kStopped: return "stopped";
    case QueryState::kFailed: return "failed";
  }
  return "?";
}

}  // namespace

void RecordingListener::OnState(QueryState state, const Status& reason) {
  const std::lock_guard lock(mutex_);
  states_.push_back(std::string(Name(state)) + (reason.ok() ? "" : " " + reason.code()));
}

void RecordingListener::OnProgress(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  progress_.push_back(progress);
}

void RecordingListener::OnPlanned(const PlannedBatch& batch) {
  const std::lock_guard lock(mutex_);
  planned_.push_back(batch);
}

void RecordingListener::OnReading(const BatchReading& reading) {
  const std::lock_guard lock(mutex_);
  readings_.push_back(reading);
}

void RecordingListener::OnIdle(const IdleReport& report) {
  const std::lock_guard lock(mutex_);
  idles_.push_back(report.json);
  waiting_records_ = report.waiting_records;
}

void RecordingListener::OnWarning(const QueryWarning& warning) {
  const std::lock_guard lock(mutex_);
  warnings_.push_back(warning.code);
  records_lost_ += warning.records_lost;
}

void RecordingListener::OnTerminated(const Status&) {
  const std::lock_guard lock(mutex_);
  ++terminations_;
}

std::vector<Progress> RecordingListener::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

std::vector<std::string> RecordingListener::states() const {
  const std::lock_guard lock(mutex_);
  return states_;
}

std::vector<std::string> RecordingListener::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

std::vector<std::string> RecordingListener::idles() const {
  const std::lock_guard lock(mutex_);
  return idles_;
}

std::vector<PlannedBatch> RecordingListener::planned() const {
  const std::lock_guard lock(mutex_);
  return planned_;
}

std::vector<BatchReading> RecordingListener::readings() const {
  const std::lock_guard lock(mutex_);
  return readings_;
}

int64_t RecordingListener::waiting_records() const {
  const std::lock_guard lock(mutex_);
  return waiting_records_;
}

int64_t RecordingListener::records_lost() const {
  const std::lock_guard lock(mutex_);
  return records_lost_;
}

int RecordingListener::terminations() const {
  const std::lock_guard lock(mutex_);
  return terminations_;
}

MemoryWorld::MemoryWorld(int partitions) : partitions_(partitions) {
  for (int p = 0; p < partitions; ++p) broker->AddPartition(Partition(p));
  options.name = "memory";
  options.trigger.kind = Trigger::Kind::kAvailableNow;
  options.checkpoint_location = "memory:ckpt";
  options.table_path = "/nowhere/memory-table";
  options.lanes = 2;
}

void MemoryWorld::Produce(int records, const std::string& value) {
  for (int i = 0; i < records; ++i) {
    broker->Append(Partition(static_cast<int>(produced_++ % partitions_)), value, clock.NowMs());
  }
}

std::unique_ptr<Query> MemoryWorld::NewQuery(QueryListener& listener) {
  QueryParts parts;
  parts.source = std::make_unique<MemorySource>(broker);
  auto open = [this]() -> Result<std::unique_ptr<delta::Table>> {
    auto log = TableNow();
    if (!log) return Status::Stop("NO_TABLE", "there is no table");
    std::unique_ptr<delta::Table> opened = std::make_unique<delta::MemoryTable>(std::move(log));
    return wrap_table ? wrap_table(std::move(opened)) : std::move(opened);
  };
  parts.open_table = [open](const std::string&) { return open(); };
  parts.create_table = [this, open](const std::string&, const delta::CreateRequest& request) {
    auto log = std::make_shared<delta::MemoryLog>(request.schema, request.partition_columns);
    {
      const std::lock_guard lock(table_mutex_);
      table = std::move(log);
    }
    return open();
  };
  auto query =
      MakeMicroBatchQuery(options, std::move(parts), MemoryStages(files, row_bytes),
                          std::make_shared<checkpoint::MemoryStorage>(disk), listener, clock);
  return std::move(query).value();
}

Status MemoryWorld::Drain(QueryListener& listener) {
  options.trigger.kind = Trigger::Kind::kAvailableNow;
  return NewQuery(listener)->Run(std::stop_token());
}

Status MemoryWorld::Drain() {
  RecordingListener listener;
  return Drain(listener);
}

int64_t MemoryWorld::RowsInTable() const {
  int64_t rows = 0;
  const auto log = TableNow();
  if (!log) return rows;
  for (const delta::AppendRequest& commit : log->commits()) rows += commit.num_output_rows;
  return rows;
}

std::shared_ptr<delta::MemoryLog> MemoryWorld::TableNow() const {
  const std::lock_guard lock(table_mutex_);
  return table;
}

std::string MemoryWorld::Mistakes() const {
  std::ostringstream wrong;
  std::map<MemoryRow, int> seen;
  std::set<std::string> paths;
  int64_t next = 0;
  for (const delta::AppendRequest& commit :
       table ? table->commits() : std::vector<delta::AppendRequest>()) {
    if (commit.app_id.empty()) continue;
    if (commit.batch.value != next++) wrong << "batch " << commit.batch.value << " out of turn; ";
    for (const DataFile& file : commit.files) {
      if (!paths.insert(file.path).second) wrong << file.path << " twice; ";
      for (MemoryRow row : files->Rows(file.path)) {
        row.batch_timestamp_ms = 0;
        ++seen[row];
      }
    }
  }
  for (const auto& [partition, offset] : broker->Deliverable()) {
    const MemoryRow row{TopicHash(partition.topic), partition.partition.value, offset.value, 0};
    const auto found = seen.find(row);
    if (found == seen.end() || found->second != 1) {
      wrong << partition.ToString() << "@" << offset.value << " is there "
            << (found == seen.end() ? 0 : found->second) << " times; ";
    }
    if (found != seen.end()) seen.erase(found);
  }
  if (!seen.empty()) wrong << seen.size() << " rows of no record; ";
  return wrong.str();
}

}  // namespace sluice::stream
