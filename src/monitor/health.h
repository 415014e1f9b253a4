// SPDX-License-Identifier: Apache-2.0
//
// Whether a query lives, does its work, and has begun: /healthz, /readyz and /startupz. It is told of what
// the query does, and asks nobody: no answer waits for Kafka or the table.
//
//   Health health({.interval = trigger.interval}, clock);
//   health.SetState(QueryPhase::kWaiting, "kafka", "topic 'bus' does not exist");
//   health.ready().ok         // false
//   health.alive().ok         // true: waiting is no reason to restart it
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/clock.h"
#include "monitor/probe.h"

namespace sluice::monitor {

struct HealthOptions {
  std::chrono::milliseconds interval{0};  // between two triggers
  // A query is stuck when nothing has moved for so long; the interval comes on top while no batch is
  // under way.
  std::chrono::milliseconds stall_after{std::chrono::minutes(5)};
  // Topics that are subscribed to and cannot be read; called on any thread.
  std::function<std::vector<std::string>()> missing_topics = nullptr;
};

enum class QueryPhase { kStarting, kRunning, kWaiting, kEnding };

// Thread-safe. Not ready until told so.
class Health {
 public:
  Health(HealthOptions options, const Clock& clock);

  // Something moved: a trigger, a record, a try that failed.
  void Sign();
  // The checkpoint and the table are open.
  void Opened();
  // It is known where the query begins in each partition.
  void Positioned();
  void BatchPlanned();
  void BatchDone();
  // `stage`: of the error that is waited for (ErrorLabels); `detail`: in words.
  void SetState(QueryPhase phase, const std::string& stage, const std::string& detail);

  Probe alive() const;
  Probe ready() const;
  Probe started() const;

 private:
  Check QueryCheck() const;
  Check KafkaCheck() const;
  Check TableCheck() const;
  Check MovesCheck() const;
  bool WaitsFor(const std::string& stage) const;
  Probe Finish(std::vector<Check> checks) const;

  const HealthOptions options_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  mutable CheckTimes times_;
  std::chrono::nanoseconds last_sign_;
  QueryPhase phase_ = QueryPhase::kStarting;
  std::string stage_;
  std::string detail_ = "starting";
  bool opened_ = false;
  bool positioned_ = false;
  int batches_ = 0;  // under way
};

}  // namespace sluice::monitor
