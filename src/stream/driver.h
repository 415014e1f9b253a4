// SPDX-License-Identifier: Apache-2.0
//
// The planner's thread: waits for triggers, plans batches, hands them to the lanes. A batch is planned
// while the one before it is not committed yet, never two.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <stop_token>

#include "checkpoint/recovery.h"
#include "core/clock.h"
#include "kafka/source.h"
#include "stream/batch_plan.h"
#include "stream/board.h"
#include "stream/channel.h"
#include "stream/committer.h"
#include "stream/lane_assignment.h"
#include "stream/listener_gate.h"
#include "stream/planner.h"
#include "stream/progress_json.h"
#include "stream/query_options.h"
#include "stream/retry.h"

namespace sluice::stream {

using LaneChannels = std::deque<Channel<LaneTask>>;

struct DriverParts {
  const QueryOptions& options;
  kafka::Source& source;
  ListenerGate& gate;
  Clock& clock;
  Board& board;
  Channel<CommitterMessage>& committer;
  LaneChannels& lanes;
  const ProgressContext& context;
};

class Driver {
 public:
  explicit Driver(DriverParts parts);

  // From `recovery` (kBegin with its start, kContinue or kRerun) until the trigger is finished.
  // `waiting_records`: known beyond its end. Cancelled when `stop` was requested, by a person or by the
  // board after a failure.
  Status Run(const checkpoint::Recovery& recovery, int64_t waiting_records,
             const std::stop_token& stop);

 private:
  struct Fired {
    int64_t at_ms = 0;
    std::chrono::nanoseconds at{};
  };

  Status Repeat(const checkpoint::Recovery& recovery, int64_t waiting_records,
                const std::stop_token& stop);
  Status Loop(const std::stop_token& stop);
  // True if it planned a batch.
  Result<bool> Trigger(const Fired& fired, const std::stop_token& stop);
  Result<Outlook> Look(const std::stop_token& stop);
  Result<OffsetMap> CompleteStart(const OffsetMap& end, const std::stop_token& stop);
  // `remaining`: records known beyond the batch.
  Status Submit(BatchPlan plan, int64_t remaining, const std::stop_token& stop);
  bool WaitForTurn(const std::stop_token& stop);
  bool WaitForLanes(const std::stop_token& stop);
  bool Pause(const Fired& fired, bool planned, const std::stop_token& stop);
  void NoteIdle(const Fired& fired, const Outlook& outlook, int64_t look_ms);
  Fired Now() const { return {parts_.clock.NowMs(), parts_.clock.Monotonic()}; }
  int64_t SinceMs(const Fired& fired) const;
  bool Drains() const { return parts_.options.trigger.kind != Trigger::Kind::kProcessingTime; }

  DriverParts parts_;
  Planner planner_;
  LaneAssignment assignment_;
  Patience patience_;
  OffsetMap start_;  // of the next batch
  BatchId next_;
  bool first_ = false;
  bool backlog_ = false;  // the last batch left something that was there
  int64_t previous_trigger_ms_ = -1;
  int64_t idle_looks_ = 0;
  std::chrono::nanoseconds last_report_{};       // of a batch or of idleness
  std::chrono::nanoseconds last_idle_second_{};  // told the committer, or planned a batch
};

}  // namespace sluice::stream
