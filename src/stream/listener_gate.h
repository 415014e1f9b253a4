// SPDX-License-Identifier: Apache-2.0
//
// Between the query's threads and its listener: one call at a time, and a state only when it changes.
// Several threads can be waiting for something at once; the query waits as long as one of them does.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "stream/query_listener.h"

namespace sluice::stream {

// Who waits: a lane's number, or one of these.
inline constexpr int kDriver = -1;
inline constexpr int kCommitter = -2;

// Safe from any thread.
class ListenerGate {
 public:
  explicit ListenerGate(QueryListener& listener) : listener_(listener) {}

  void Started(const std::string& query_id, const std::string& run_id);
  void Position(const OffsetMap& committed);
  void Triggered(int64_t at_ms);
  void State(QueryState state, const Status& reason = Status::Ok());
  // `who` cannot go on for `reason`; until Well(who). When all are well the query is again in the state
  // that State() said last: one that waited while it started is still starting.
  void Waiting(int who, const Status& reason);
  void Well(int who);
  void Planned(const PlannedBatch& batch);
  // `lane` has read so many records of its part of the batch.
  void Read(BatchId batch, int lane, int64_t records);
  void Progressed(const Progress& progress);
  void Idle(const IdleReport& report);
  void Warning(const QueryWarning& warning);
  void Trouble(const QueryTrouble& trouble);
  void CommitTried(const CommitTry& tried);
  void Stored(const StorageRequest& request);
  void Terminated(const Status& status);

 private:
  void Announce(QueryState state, const Status& reason);

  std::mutex mutex_;  // guards all below, and the listener
  QueryListener& listener_;
  QueryState state_ = QueryState::kStarting;       // as told
  QueryState unhindered_ = QueryState::kStarting;  // as it is when nobody waits
  bool announced_ = false;
  std::string announced_code_;
  std::map<int, Status> waiting_;
  std::map<BatchId, std::map<int, int64_t>> read_;  // by lane, of batches not committed yet
};

}  // namespace sluice::stream
