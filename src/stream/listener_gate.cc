// SPDX-License-Identifier: Apache-2.0
#include "stream/listener_gate.h"

namespace sluice::stream {

void ListenerGate::Started(const std::string& query_id, const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  listener_.OnStarted(query_id, run_id);
}

void ListenerGate::Position(const OffsetMap& committed) {
  const std::lock_guard lock(mutex_);
  listener_.OnPosition(committed);
}

void ListenerGate::Triggered(int64_t at_ms) {
  const std::lock_guard lock(mutex_);
  listener_.OnTrigger(at_ms);
}

void ListenerGate::Announce(QueryState state, const Status& reason) {
  const std::string code = reason.ok() ? "" : reason.code();
  if (announced_ && state == state_ && code == announced_code_) return;
  announced_ = true;
  state_ = state;
  announced_code_ = code;
  listener_.OnState(state, reason);
}

void ListenerGate::State(QueryState state, const Status& reason) {
  const std::lock_guard lock(mutex_);
  unhindered_ = state;
  Announce(state, reason);
}

void ListenerGate::Waiting(int who, const Status& reason) {
  const std::lock_guard lock(mutex_);
  waiting_.insert_or_assign(who, reason);
  if (state_ != QueryState::kStopping) Announce(QueryState::kWaiting, reason);
}

void ListenerGate::Well(int who) {
  const std::lock_guard lock(mutex_);
  if (waiting_.erase(who) == 0 || state_ != QueryState::kWaiting) return;
  if (waiting_.empty()) {
    Announce(unhindered_, Status::Ok());
  } else {
    Announce(QueryState::kWaiting, waiting_.begin()->second);
  }
}

void ListenerGate::Planned(const PlannedBatch& batch) {
  const std::lock_guard lock(mutex_);
  listener_.OnPlanned(batch);
}

void ListenerGate::Read(BatchId batch, int lane, int64_t records) {
  const std::lock_guard lock(mutex_);
  std::map<int, int64_t>& lanes = read_[batch];
  lanes[lane] = records;
  BatchReading reading{batch, 0};
  for (const auto& [id, count] : lanes) reading.records_read += count;
  listener_.OnReading(reading);
}

void ListenerGate::Progressed(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  read_.erase(read_.begin(), read_.upper_bound(progress.batch));
  listener_.OnProgress(progress);
}

void ListenerGate::Idle(const IdleReport& report) {
  const std::lock_guard lock(mutex_);
  listener_.OnIdle(report);
}

void ListenerGate::Warning(const QueryWarning& warning) {
  const std::lock_guard lock(mutex_);
  listener_.OnWarning(warning);
}

void ListenerGate::Trouble(const QueryTrouble& trouble) {
  const std::lock_guard lock(mutex_);
  listener_.OnTrouble(trouble);
}

void ListenerGate::CommitTried(const CommitTry& tried) {
  const std::lock_guard lock(mutex_);
  listener_.OnCommitTry(tried);
}

void ListenerGate::Stored(const StorageRequest& request) {
  const std::lock_guard lock(mutex_);
  listener_.OnStorage(request);
}

void ListenerGate::Terminated(const Status& status) {
  const std::lock_guard lock(mutex_);
  listener_.OnTerminated(status);
}

}  // namespace sluice::stream
