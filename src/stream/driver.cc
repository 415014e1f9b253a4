// SPDX-License-Identifier: Apache-2.0
#include "stream/driver.h"

#include <utility>

#include "stream/rate_limit.h"
#include "stream/trigger.h"

namespace sluice::stream {

namespace {

using checkpoint::Recovery;

// spark.sql.streaming.noDataProgressEventInterval.
constexpr std::chrono::seconds kIdleReportInterval{10};
constexpr std::chrono::seconds kIdleSecond{1};

// What is waited for (minOffsetsPerTrigger) may be gone by now.
void EraseUnlisted(const OffsetMap& latest, OffsetMap& offsets) {
  std::erase_if(offsets, [&](const auto& entry) { return !latest.contains(entry.first); });
}

}  // namespace

Driver::Driver(DriverParts parts)
    : parts_(parts),
      planner_(parts.source, parts.options, parts.clock),
      assignment_(static_cast<int>(parts.lanes.size())),
      patience_{kDriver, parts.gate, parts.clock, Backoff(parts.lanes.size() + 1)},
      last_report_(parts.clock.Monotonic()),
      last_idle_second_(last_report_) {}

Status Driver::Run(const Recovery& recovery, int64_t waiting_records, const std::stop_token& stop) {
  start_ = recovery.start.value_or(OffsetMap{});
  next_ = recovery.batch;
  first_ = recovery.batch.value == 0;
  if (recovery.kind == Recovery::Kind::kRerun) {
    SLUICE_RETURN_IF_ERROR(Repeat(recovery, waiting_records, stop));
    if (parts_.options.trigger.kind == Trigger::Kind::kOnce) return Status::Ok();
  }
  return Loop(stop);
}

// The recorded batch again, whatever the limits say now.
Status Driver::Repeat(const Recovery& recovery, int64_t waiting_records,
                      const std::stop_token& stop) {
  const Fired fired = Now();
  BatchPlan plan;
  plan.logged = true;
  plan.end = recovery.end;
  plan.latest = recovery.end;
  SLUICE_ASSIGN_OR_RETURN(plan.start, CompleteStart(recovery.end, stop));
  plan.topic_ids = parts_.source.TopicIds(recovery.end);
  plan.batch_timestamp_ms = recovery.batch_timestamp_ms;
  plan.trigger_ms = fired.at_ms;
  plan.triggered = fired.at;
  plan.duration_ms = {{"latestOffset", 0}, {"queryPlanning", SinceMs(fired)}};
  backlog_ = true;  // more may have come since: no reason to wait for this batch
  const bool last = parts_.options.trigger.kind == Trigger::Kind::kOnce;
  return Submit(std::move(plan), last ? 0 : waiting_records, stop);
}

Status Driver::Loop(const std::stop_token& stop) {
  while (WaitForTurn(stop)) {
    const Fired fired = Now();
    SLUICE_ASSIGN_OR_RETURN(const bool planned, Trigger(fired, stop));
    if (parts_.options.trigger.kind == Trigger::Kind::kOnce) return Status::Ok();
    if (Drains() && !planned) return Status::Ok();
    if (!Pause(fired, planned, stop)) break;
  }
  return Status::Cancelled();
}

// One batch may be worked on ahead of the one that commits. A batch that took all there was is waited
// for, so that the next finds more; one that was cut by a limit is not.
bool Driver::WaitForTurn(const std::stop_token& stop) {
  const bool lanes_may_lag = backlog_;
  return parts_.board.Wait(
             [lanes_may_lag](const RunCounts& counts) {
               if (counts.committed + 1 < counts.planned) return false;
               return lanes_may_lag || counts.lanes_done == counts.planned;
             },
             stop) &&
         !stop.stop_requested();
}

Result<bool> Driver::Trigger(const Fired& fired, const std::stop_token& stop) {
  parts_.gate.Triggered(fired.at_ms);
  SLUICE_ASSIGN_OR_RETURN(Outlook outlook, Look(stop));
  const int64_t look_ms = SinceMs(fired);
  BatchPlan plan;
  const bool stands = outlook.end == start_;
  if (stands) EraseUnlisted(outlook.latest, outlook.end);
  SLUICE_ASSIGN_OR_RETURN(plan.start, CompleteStart(outlook.end, stop));
  if (stands && plan.start != start_) {
    // A topic was made anew, perhaps with just as many records as were read of the one before.
    start_ = std::move(plan.start);
    SLUICE_ASSIGN_OR_RETURN(outlook, Look(stop));
    SLUICE_ASSIGN_OR_RETURN(plan.start, CompleteStart(outlook.end, stop));
  }
  if (outlook.end == start_) {
    NoteIdle(fired, outlook, look_ms);
    return false;
  }
  plan.topic_ids = parts_.source.TopicIds(outlook.end);
  plan.end = std::move(outlook.end);
  plan.latest = std::move(outlook.latest);
  plan.batch_timestamp_ms = parts_.clock.NowMs();
  plan.trigger_ms = fired.at_ms;
  plan.triggered = fired.at;
  plan.duration_ms = {{"latestOffset", look_ms}, {"queryPlanning", SinceMs(fired) - look_ms}};
  const int64_t remaining = RecordsBetween(plan.end, plan.latest);
  backlog_ = remaining > 0;
  idle_looks_ = 0;
  SLUICE_RETURN_IF_ERROR(Submit(std::move(plan), remaining, stop));
  return true;
}

Result<Outlook> Driver::Look(const std::stop_token& stop) {
  return ResultWithRetries<Outlook>(patience_, stop, [&] { return planner_.Look(start_, stop); });
}

Result<OffsetMap> Driver::CompleteStart(const OffsetMap& end, const std::stop_token& stop) {
  return ResultWithRetries<OffsetMap>(
      patience_, stop, [&] { return parts_.source.CompleteStart(start_, end, stop); });
}

Status Driver::Submit(BatchPlan plan, int64_t remaining, const std::stop_token& stop) {
  plan.id = next_;
  plan.first = std::exchange(first_, false);
  plan.previous_trigger_ms = std::exchange(previous_trigger_ms_, plan.trigger_ms);
  start_ = plan.end;
  ++next_.value;
  last_report_ = last_idle_second_ = plan.triggered;
  auto by_lane = assignment_.Assign(RangesBetween(plan.start, plan.end));
  if (assignment_.moved() && !WaitForLanes(stop)) return Status::Cancelled();
  for (const auto& ranges : by_lane) plan.lanes += ranges.empty() ? 0 : 1;
  const auto shared = std::make_shared<const BatchPlan>(std::move(plan));
  parts_.board.Planned();
  parts_.gate.Planned({shared->id, RecordsBetween(shared->start, shared->end), remaining});
  parts_.committer.Push(shared);
  for (size_t lane = 0; lane < by_lane.size(); ++lane) {
    if (!by_lane[lane].empty()) parts_.lanes[lane].Push({shared, std::move(by_lane[lane])});
  }
  return Status::Ok();
}

bool Driver::WaitForLanes(const std::stop_token& stop) {
  return parts_.board.Wait(
      [](const RunCounts& counts) { return counts.lanes_done == counts.planned; }, stop);
}

bool Driver::Pause(const Fired& fired, bool planned, const std::stop_token& stop) {
  const std::chrono::milliseconds interval = parts_.options.trigger.interval;
  std::chrono::milliseconds pause{0};
  if (!Drains() && interval.count() > 0) {
    pause = TimeToNextTrigger(fired.at_ms, parts_.clock.NowMs(), interval);
  } else if (!planned) {
    pause = IdlePause(idle_looks_);
  }
  return pause.count() == 0 || parts_.clock.SleepFor(pause, stop);
}

void Driver::NoteIdle(const Fired& fired, const Outlook& outlook, int64_t look_ms) {
  ++idle_looks_;
  backlog_ = false;
  if (Drains()) return;
  if (fired.at - last_idle_second_ >= kIdleSecond) {
    last_idle_second_ = fired.at;
    parts_.committer.Push(IdleSecond{});
  }
  if (fired.at - last_report_ < kIdleReportInterval) return;
  last_report_ = fired.at;
  Progress progress;
  progress.batch = next_;
  progress.timestamp_ms = fired.at_ms;
  progress.duration_ms = {{"latestOffset", look_ms}, {"triggerExecution", SinceMs(fired)}};
  progress.source = {start_, start_, outlook.latest};
  parts_.gate.Idle({RecordsBetween(start_, outlook.latest),
                    ProgressJson(parts_.context, progress, fired.at_ms, first_)});
}

int64_t Driver::SinceMs(const Fired& fired) const {
  using std::chrono::milliseconds;
  return std::chrono::duration_cast<milliseconds>(parts_.clock.Monotonic() - fired.at).count();
}

}  // namespace sluice::stream
