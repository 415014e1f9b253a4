// SPDX-License-Identifier: Apache-2.0
//
// Table over the bridge: the commit loop, the conflict rules, and when maintenance is due.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/clock.h"
#include "delta/bridge.h"
#include "delta/foreign_commit.h"
#include "delta/maintenance.h"
#include "delta/retry_policy.h"
#include "delta/table.h"

namespace sluice::delta {

class DeltaTable : public Table {
 public:
  struct Surroundings {
    Clock* clock = nullptr;
    std::mt19937_64 random;
    RetryPolicy retry;
  };
  // Loads the newest version. Errors as OpenTable.
  static Result<std::unique_ptr<Table>> Make(std::string path, std::shared_ptr<Bridge> bridge,
                                             Surroundings surroundings);

  const TableInfo& info() const override { return info_; }
  Status Refresh() override;
  Result<std::optional<BatchId>> LastBatch(const std::string& app_id) override;
  Result<BatchOrigin> LastOrigin(const std::string& app_id) override;
  Result<std::vector<NamePath>> StatsColumns(const std::vector<NewColumn>& added) override;
  Result<CommitOutcome> Append(const AppendRequest& request) override;
  void Maintain() override;
  void FinishMaintenance(const std::stop_token& stop) override;
  std::vector<std::string> TakeWarnings() override;

 private:
  // What lies between the version that we wanted to build on and the newest one, or our own commit.
  struct News {
    int foreign_versions = 0;
    std::optional<TableVersion> ours;  // our own commit, whose answer had been lost
    bool metadata_changed = false;
  };
  struct LastTxn {
    std::string app_id;
    std::optional<BatchId> batch;
  };
  // The same batch keeps its identifier over repeated calls of Append, so that an attempt whose fate
  // was unknown is recognised later.
  struct Attempted {
    std::string app_id;
    BatchId batch;
    std::string txn_id;
  };

  DeltaTable(std::string path, std::shared_ptr<Bridge> bridge, Surroundings surroundings);
  Status Switch(Snapshot snapshot);
  void StartChecksums();
  Result<CommitOutcome> CommitLoop(const AppendRequest& request, const CommitSpec& spec);
  Status CheckBase(const AppendRequest& request);
  Status CheckWithoutBase(const AppendRequest& request);
  struct Tries {
    int conflicts;
    int attempts;
  };
  Result<CommitOutcome> Committed(const AppendRequest& request, CommitAttempt attempt,
                                  const Tries& tries);
  void MoveToOwnCommit(TableVersion version, Snapshot seen);
  Result<std::optional<CommitOutcome>> CatchUp(const AppendRequest& request,
                                               const std::string& txn_id, int* conflicts);
  Result<News> ReadNews(const AppendRequest& request, const std::string& txn_id,
                        TableVersion newest);
  Status CheckStillFits(const AppendRequest& request, const TableInfo& before) const;
  Status Fenced(const AppendRequest& request, const ForeignCommit& winner,
                TableVersion version) const;
  CommitSpec MakeSpec(const AppendRequest& request);
  const std::string& TxnIdOf(const AppendRequest& request);
  void CollectMaintenance();
  void TakeRound(std::optional<MaintenanceRound> round);
  bool CheckpointIsDue() const;

  const std::string path_;
  const std::shared_ptr<Bridge> bridge_;
  Surroundings surroundings_;
  Snapshot snapshot_;
  SnapshotInfo raw_;
  TableInfo info_;
  std::optional<LastTxn> last_;  // as of snapshot_
  std::optional<Attempted> attempted_;
  // Of the last batch that is in; snapshot_ may not have it yet.
  std::optional<std::string> own_txn_;
  std::optional<TableVersion> own_version_;
  bool must_look_again_ = false;  // a commit's fate is unknown: read the log before anything else
  int64_t maintained_version_ = 0;
  std::vector<std::string> warnings_;
  Maintenance maintenance_;
};

}  // namespace sluice::delta
