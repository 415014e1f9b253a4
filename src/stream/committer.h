// SPDX-License-Identifier: Apache-2.0
//
// The one thread that makes batches count: offsets/N, the table's commit, commits/N, in the order of
// the batches and one at a time, while the lanes work on the next.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "delta/table.h"
#include "kafka/source.h"
#include "stream/batch_plan.h"
#include "stream/board.h"
#include "stream/channel.h"
#include "stream/listener_gate.h"
#include "stream/progress_json.h"
#include "stream/progress_log.h"
#include "stream/retry.h"
#include "stream/stage_meter.h"

namespace sluice::stream {

// From the driver, about once a second while there is no work: time for what can wait.
struct IdleSecond {};

// The driver announces a batch before its tasks go to the lanes; each lane answers once.
using CommitterMessage = std::variant<SharedPlan, LaneResult, IdleSecond>;

struct CommitterParts {
  checkpoint::Checkpoint& checkpoint;
  delta::Table& table;
  kafka::Source& source;
  ListenerGate& gate;
  Clock& clock;
  Board& board;
  ProgressLog& progress_log;
  StageMeter& meter;
  const ProgressContext& context;
  std::string table_path;
  std::string event_time;                     // column; empty: none
  std::string conf_json;                      // carried on in offsets/N
  int64_t watermark_ms = 0;                   // carried on in both logs
  std::vector<delta::NewColumn> new_columns;  // mergeSchema: added by the first commit
  int bad_samples = 0;                        // told of each reason
};

class Committer {
 public:
  explicit Committer(CommitterParts parts);

  // Takes messages until the channel is closed. After a failure, and after a lane gave up, later
  // batches are dropped and their files deleted. `stop` ends waiting for what may heal, no commit.
  void Run(Channel<CommitterMessage>& messages, const std::stop_token& stop);

 private:
  struct Pending {
    SharedPlan plan;
    std::vector<LaneResult> results;
    std::optional<int64_t> log_ms;  // how long offsets/N took, once it is written
    // Of its commit: how long the table and commits/N took.
    double append_seconds = 0;
    double checkpoint_seconds = 0;
  };
  struct Committed {
    delta::CommitOutcome outcome;
    int64_t at_ms = 0;
  };

  void Take(CommitterMessage message);
  void TidyUp();
  void CommitReady(const std::stop_token& stop);
  void Fail(const Status& status);
  static Status FailureOf(const Pending& batch);
  Status Commit(Pending& batch, const std::stop_token& stop);
  Status WriteOffsets(Pending& batch, const std::stop_token& stop);
  Result<delta::CommitOutcome> TryAppend(const delta::AppendRequest& request);
  Result<Committed> Append(Pending& batch, const std::stop_token& stop);
  void Drop(const Pending& batch);
  void Report(const Pending& batch, const Committed& committed,
              const std::map<std::string, int64_t>& durations);
  void PassWarnings();
  static std::map<std::string, double> PhasesOf(const Pending& batch,
                                                const std::map<std::string, int64_t>& durations);
  int64_t SinceMs(std::chrono::nanoseconds moment) const;

  CommitterParts parts_;
  Patience patience_;
  std::map<BatchId, Pending> pending_;
  int idle_seconds_ = 0;  // since the last batch
  bool failed_ = false;
};

}  // namespace sluice::stream
