// SPDX-License-Identifier: Apache-2.0
#include "delta/testing/memory_table.h"

#include <algorithm>

namespace sluice::delta {

namespace {

DataType WithChildren(const DataType& type, const std::vector<Field>& children) {
  switch (type.kind()) {
    case TypeKind::kStruct: return DataType::Struct(children);
    case TypeKind::kArray: return DataType::Array(children[0].type, children[0].nullable);
    case TypeKind::kMap:
      return DataType::Map(children[0].type, children[1].type, children[1].nullable);
    default: return type;
  }
}

// `depth`: names of the parent that lead to `fields`.
void Add(const NewColumn& column, size_t depth, std::vector<Field>* fields) {
  if (depth == column.parent.size()) {
    fields->push_back(column.field);
    return;
  }
  for (Field& field : *fields) {
    if (field.name != column.parent[depth]) continue;
    std::vector<Field> children = field.type.children();
    Add(column, depth + 1, &children);
    field.type = WithChildren(field.type, children);
  }
}

TableInfo InfoAt(TableInfo created, const std::vector<AppendRequest>& commits) {
  for (const AppendRequest& commit : commits) {
    created.version.value += 1;
    for (const NewColumn& column : commit.new_columns) Add(column, 0, &created.schema.fields);
  }
  return created;
}

void AddLeaves(const NamePath& parent, const std::vector<Field>& fields,
               std::vector<NamePath>* leaves) {
  for (const Field& field : fields) {
    NamePath path = parent;
    path.push_back(field.name);
    if (field.type.kind() == TypeKind::kStruct) {
      AddLeaves(path, field.type.children(), leaves);
    } else {
      leaves->push_back(std::move(path));
    }
  }
}

}  // namespace

MemoryLog::MemoryLog(Schema schema, std::vector<std::string> partition_columns) {
  created_.id = "6d656d6f-7279-4000-8000-000000000000";
  created_.schema = std::move(schema);
  created_.partition_columns = std::move(partition_columns);
}

std::vector<AppendRequest> MemoryLog::commits() const {
  std::lock_guard lock(mutex_);
  return commits_;
}

TableInfo MemoryLog::Latest() const {
  std::lock_guard lock(mutex_);
  return InfoAt(created_, commits_);
}

void MemoryLog::CommitElsewhere(const std::string& app_id, BatchId batch) {
  std::lock_guard lock(mutex_);
  commits_.emplace_back();
  commits_.back().app_id = app_id;
  commits_.back().batch = batch;
}

void MemoryLog::ConflictNext(int n) {
  std::lock_guard lock(mutex_);
  faults_.conflicts = n;
}

void MemoryLog::LoseNextAnswer() {
  std::lock_guard lock(mutex_);
  faults_.lose_answer = true;
}

void MemoryLog::FailNext(Status status, int n) {
  std::lock_guard lock(mutex_);
  faults_.failure = std::move(status);
  faults_.failures = n;
}

void MemoryLog::FailNextRefresh(Status status, int n) {
  std::lock_guard lock(mutex_);
  faults_.refresh_failure = std::move(status);
  faults_.refresh_failures = n;
}

MemoryTable::MemoryTable(std::shared_ptr<MemoryLog> log)
    : log_(std::move(log)), info_(log_->Latest()) {}

Status MemoryTable::Refresh() {
  {
    std::lock_guard lock(log_->mutex_);
    SLUICE_RETURN_IF_ERROR(LookFault());
  }
  info_ = log_->Latest();
  return Status::Ok();
}

Status MemoryTable::LookFault() {
  MemoryLog::Faults& faults = log_->faults_;
  if (faults.refresh_failures == 0) return Status::Ok();
  --faults.refresh_failures;
  return faults.refresh_failure;
}

Result<std::optional<BatchId>> MemoryTable::LastBatch(const std::string& app_id) {
  std::lock_guard lock(log_->mutex_);
  return LastBatchUpTo(app_id, info_.version);
}

std::optional<BatchId> MemoryTable::LastBatchUpTo(const std::string& app_id,
                                                  TableVersion version) const {
  std::optional<BatchId> last;
  for (int64_t i = 0; i < version.value; ++i) {
    const AppendRequest& commit = log_->commits_[static_cast<size_t>(i)];
    if (commit.app_id == app_id) last = last ? std::max(*last, commit.batch) : commit.batch;
  }
  return last;
}

Status MemoryTable::CheckNotFenced(const AppendRequest& request) const {
  for (size_t i = static_cast<size_t>(info_.version.value); i < log_->commits_.size(); ++i) {
    const AppendRequest& winner = log_->commits_[i];
    if (winner.app_id == request.app_id && winner.batch >= request.batch) {
      return Status::Stop("FENCED", "another process committed batch " +
                                        std::to_string(winner.batch.value) + " of query " +
                                        request.app_id + " while this one was committing batch " +
                                        std::to_string(request.batch.value));
    }
  }
  return Status::Ok();
}

Result<BatchOrigin> MemoryTable::LastOrigin(const std::string& app_id) {
  std::lock_guard lock(log_->mutex_);
  BatchOrigin origin;
  for (const AppendRequest& commit : log_->commits_) {
    if (commit.app_id == app_id) origin = commit.origin;
  }
  return origin;
}

Result<CommitOutcome> MemoryTable::Append(const AppendRequest& request) {
  std::lock_guard lock(log_->mutex_);
  MemoryLog::Faults& faults = log_->faults_;
  if (must_look_again_) SLUICE_RETURN_IF_ERROR(LookFault());
  must_look_again_ = false;
  if (faults.failures > 0) {
    --faults.failures;
    return faults.failure;
  }
  const auto last = LastBatchUpTo(request.app_id, info_.version);
  if (last && *last >= request.batch) {
    return CommitOutcome{CommitOutcome::Kind::kAlreadyCommitted, info_.version, 0};
  }
  if (faults.conflicts > 0) {
    --faults.conflicts;
    log_->commits_.emplace_back();
  }
  SLUICE_RETURN_IF_ERROR(CheckNotFenced(request));
  const auto conflicts =
      static_cast<int>(static_cast<int64_t>(log_->commits_.size()) - info_.version.value);
  log_->commits_.push_back(request);
  info_ = InfoAt(log_->created_, log_->commits_);
  if (faults.lose_answer) {
    faults.lose_answer = false;
    must_look_again_ = true;
    return Status::Retry("STORAGE", "the answer to the commit of batch " +
                                        std::to_string(request.batch.value) + " was lost");
  }
  return CommitOutcome{CommitOutcome::Kind::kCommitted, info_.version, conflicts};
}

Result<std::vector<NamePath>> MemoryTable::StatsColumns(const std::vector<NewColumn>& added) {
  std::vector<Field> fields = info_.schema.fields;
  for (const NewColumn& column : added) Add(column, 0, &fields);
  std::vector<NamePath> leaves;
  AddLeaves({}, fields, &leaves);
  return leaves;
}

std::vector<std::string> MemoryTable::TakeWarnings() { return std::exchange(warnings_, {}); }

}  // namespace sluice::delta
