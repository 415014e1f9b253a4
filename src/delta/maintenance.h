// SPDX-License-Identifier: Apache-2.0
//
// What keeps a log short, on a thread of its own: table checkpoint, .crc, log clean-up. At most one
// round is in flight. The thread gets a snapshot and gives one back by a future; nothing is shared.
//
//   maintenance.Start({snapshot, retention});
//   ...
//   if (auto round = maintenance.Collect(/*wait=*/false)) Adopt(round->maintained);
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "delta/bridge.h"
#include "delta/log_retention.h"

namespace sluice::delta {

struct MaintenanceRequest {
  Snapshot snapshot;
  bool write_checksum = true;  // not where the kernel sees a substitute protocol
  LogRetention retention;
};

struct MaintenanceRound {
  Snapshot maintained;  // the same version with its checkpoint; null if that failed
  std::vector<std::string> warnings;
};

// One thread at a time.
class Maintenance {
 public:
  Maintenance(std::shared_ptr<Bridge> bridge, std::string table_path, Clock& clock);
  ~Maintenance() { Collect(true); }
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;

  bool running() const { return round_.valid(); }
  // Only when no round is running.
  void Start(MaintenanceRequest request);
  // The finished round, once; with `wait` blocks for the one in flight.
  std::optional<MaintenanceRound> Collect(bool wait);

 private:
  MaintenanceRound Run(const MaintenanceRequest& request);
  void WriteChecksum(const Snapshot& checkpointed, MaintenanceRound* round);
  void CleanUpLog(const LogRetention& retention, MaintenanceRound* round);
  void SweepStagedCommits();

  const std::shared_ptr<Bridge> bridge_;
  const std::string table_path_;
  Clock& clock_;
  std::future<MaintenanceRound> round_;
  // Of the round's thread; rounds follow one another through `round_`.
  std::optional<int64_t> cleaned_until_ms_;
  bool swept_ = false;
};

}  // namespace sluice::delta
