// SPDX-License-Identifier: Apache-2.0
//
// What keeps a log short, on a thread of its own: table checkpoint, .crc, log clean-up. At most one
// round is in flight. The thread gets a snapshot and gives one back by a future.
//
//   maintenance.Start({snapshot, true, retention, now_ms});
//   ...
//   if (auto round = maintenance.Collect()) Adopt(round->maintained);
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "delta/bridge.h"
#include "delta/log_retention.h"

namespace sluice::delta {

struct MaintenanceRequest {
  Snapshot snapshot;
  bool write_checksum = true;  // not where the kernel sees a substitute protocol
  LogRetention retention;
  int64_t now_ms = 0;
};

struct MaintenanceRound {
  Snapshot maintained;  // the same version with its checkpoint; null if that failed
  std::vector<std::string> warnings;
};

// One thread at a time.
class Maintenance {
 public:
  Maintenance(std::shared_ptr<Bridge> bridge, std::string table_path);
  // Leaves a round that does not end soon to itself, as Finish() after a stop.
  ~Maintenance();
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;

  bool running() const { return round_.valid(); }
  // Only when no round is running.
  void Start(MaintenanceRequest request);
  // The finished round, once.
  std::optional<MaintenanceRound> Collect();
  // Waits for the round in flight; once `stop` is asked for, no longer than kStopPatience. A round that
  // takes longer is left to itself: it ends after the call that it is in, or with the process.
  std::optional<MaintenanceRound> Finish(const std::stop_token& stop);

  // A stop has five seconds, of which a batch that is nearly done gets two.
  static constexpr std::chrono::milliseconds kStopPatience{1500};

 private:
  class Worker;
  std::optional<MaintenanceRound> Take();
  MaintenanceRound Abandon();

  const std::shared_ptr<Bridge> bridge_;
  const std::string table_path_;
  std::shared_ptr<Worker> worker_;  // with the thread, which may outlive this
  std::thread thread_;
  std::future<MaintenanceRound> round_;
  TableVersion version_;  // of the round in flight
};

}  // namespace sluice::delta
