// SPDX-License-Identifier: Apache-2.0
//
// A bridge around a real one that loses answers and fails calls, as storage does.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "delta/bridge.h"

namespace sluice::delta::testing {

class FaultyBridge : public Bridge {
 public:
  explicit FaultyBridge(std::shared_ptr<Bridge> real) : real_(std::move(real)) {}

  enum class Fault {
    kNone,
    kLandedButUnknown,    // the commit is in; the answer says: unknown
    kLandedButError,      // the commit is in; the call fails
    kLandedWithoutAfter,  // committed, but without the snapshot after it
    kUnknown,             // nothing landed; the answer says: unknown
    kNoSpace              // nothing landed; the call says so
  };
  // Faults of the commits to come, one each.
  std::deque<Fault> commit_faults;
  int refresh_failures = 0;
  int load_failures = 0;
  std::function<void()> after_commit;  // called when a commit has landed, before its answer
  int checksum_refusals = 0;
  int commits = 0;
  int loads = 0;

  Result<Snapshot> Load(std::optional<TableVersion> version) override;
  Result<Snapshot> Refresh(const Snapshot& base) override;
  Result<Snapshot> Adopt(const Snapshot& newest, const Snapshot& maintained) override {
    return real_->Adopt(newest, maintained);
  }
  Result<std::optional<BatchId>> LastBatch(const Snapshot& snapshot,
                                           const std::string& app_id) override {
    return real_->LastBatch(snapshot, app_id);
  }
  Result<std::vector<std::vector<std::string>>> StatsColumns(
      const Snapshot& base, const std::vector<ColumnToAdd>& added) override {
    return real_->StatsColumns(base, added);
  }
  Result<CommitAttempt> Commit(const Snapshot& base, const CommitSpec& spec) override;
  Result<CommitAttempt::Kind> PutCommit(TableVersion version, std::string_view ndjson) override {
    return real_->PutCommit(version, ndjson);
  }
  Result<std::string> ReadCommit(TableVersion version) override {
    return real_->ReadCommit(version);
  }
  Result<Snapshot> WriteCheckpoint(const Snapshot& snapshot) override {
    return real_->WriteCheckpoint(snapshot);
  }
  Result<Snapshot> WriteChecksum(const Snapshot& snapshot) override;
  Status ForEachFile(const Snapshot& snapshot,
                     const std::function<void(LiveFile)>& visit) override {
    return real_->ForEachFile(snapshot, visit);
  }
  Result<std::vector<LogObject>> ListLog() override { return real_->ListLog(); }
  Status Delete(const std::string& path) override { return real_->Delete(path); }

 private:
  std::shared_ptr<Bridge> real_;
};

}  // namespace sluice::delta::testing
