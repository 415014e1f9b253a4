// SPDX-License-Identifier: Apache-2.0
//
// A second implementation of Table, in memory, for tests of what stands above it. Several tables over
// one MemoryLog are several writers (or one writer before and after a restart) of the same table.
//
//   auto log = std::make_shared<MemoryLog>(schema, partition_columns);
//   MemoryTable table(log);
//   log->LoseNextAnswer();
//   table.Append(batch_7);                      // Retry STORAGE, and yet it is in
//   EXPECT_EQ(log->commits().back().batch.value, 7);
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "delta/table.h"

namespace sluice::delta {

// The table's versions and the faults to come. Safe from any thread.
class MemoryLog {
 public:
  explicit MemoryLog(Schema schema, std::vector<std::string> partition_columns = {});

  // What was appended, oldest first: commits()[i] is version i + 1 (version 0 made the table).
  std::vector<AppendRequest> commits() const;
  TableInfo Latest() const;

  // Another writer's version: a batch of `app_id`, or a plain INSERT if it is empty.
  void CommitElsewhere(const std::string& app_id, BatchId batch);
  // Each of the next `n` Appends first loses one version to an INSERT of somebody else.
  void ConflictNext(int n);
  // The next Append is committed, but answers Retry STORAGE.
  void LoseNextAnswer();
  // The next `n` Appends commit nothing and answer `status`, e.g. Retry NO_SPACE.
  void FailNext(Status status, int n = 1);
  // The next `n` looks at the log (a Refresh, an Append after a lost answer) answer `status`.
  void FailNextRefresh(Status status, int n = 1);

 private:
  friend class MemoryTable;
  struct Faults {
    int conflicts = 0;
    bool lose_answer = false;
    int failures = 0;
    Status failure;
    int refresh_failures = 0;
    Status refresh_failure;
  };

  mutable std::mutex mutex_;
  TableInfo created_;
  std::vector<AppendRequest> commits_;
  Faults faults_;
};

// One writer's view of the log. One thread at a time.
class MemoryTable : public Table {
 public:
  explicit MemoryTable(std::shared_ptr<MemoryLog> log);

  const TableInfo& info() const override { return info_; }
  Status Refresh() override;
  Result<std::optional<BatchId>> LastBatch(const std::string& app_id) override;
  Result<BatchOrigin> LastOrigin(const std::string& app_id) override;
  // Every leaf: this table has no properties.
  Result<std::vector<NamePath>> StatsColumns(const std::vector<NewColumn>& added) override;
  Result<CommitOutcome> Append(const AppendRequest& request) override;
  void Maintain() override { ++maintain_calls_; }
  void FinishMaintenance(const std::stop_token&) override {}
  std::vector<std::string> TakeWarnings() override;

  void AddWarning(std::string text) { warnings_.push_back(std::move(text)); }
  int maintain_calls() const { return maintain_calls_; }

 private:
  std::optional<BatchId> LastBatchUpTo(const std::string& app_id, TableVersion version) const;
  Status LookFault();
  Status CheckNotFenced(const AppendRequest& request) const;

  std::shared_ptr<MemoryLog> log_;
  TableInfo info_;
  std::vector<std::string> warnings_;
  bool must_look_again_ = false;  // the answer to an Append was lost
  int maintain_calls_ = 0;
};

}  // namespace sluice::delta
