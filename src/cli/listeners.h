// SPDX-License-Identifier: Apache-2.0
//
// Several listeners as one: each is told the same, in their order.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "stream/query_listener.h"

namespace sluice::cli {

class Listeners : public stream::QueryListener {
 public:
  // They must outlive this.
  explicit Listeners(std::vector<stream::QueryListener*> all) : all_(std::move(all)) {}

  void OnStarted(const std::string& query_id, const std::string& run_id) override {
    for (auto* one : all_) one->OnStarted(query_id, run_id);
  }
  void OnPosition(const OffsetMap& committed) override {
    for (auto* one : all_) one->OnPosition(committed);
  }
  void OnTrigger(int64_t at_ms) override {
    for (auto* one : all_) one->OnTrigger(at_ms);
  }
  void OnState(stream::QueryState state, const Status& reason) override {
    for (auto* one : all_) one->OnState(state, reason);
  }
  void OnPlanned(const stream::PlannedBatch& batch) override {
    for (auto* one : all_) one->OnPlanned(batch);
  }
  void OnReading(const stream::BatchReading& reading) override {
    for (auto* one : all_) one->OnReading(reading);
  }
  void OnProgress(const stream::Progress& progress) override {
    for (auto* one : all_) one->OnProgress(progress);
  }
  void OnIdle(const stream::IdleReport& report) override {
    for (auto* one : all_) one->OnIdle(report);
  }
  void OnWarning(const stream::QueryWarning& warning) override {
    for (auto* one : all_) one->OnWarning(warning);
  }
  void OnTrouble(const stream::QueryTrouble& trouble) override {
    for (auto* one : all_) one->OnTrouble(trouble);
  }
  void OnCommitTry(const stream::CommitTry& tried) override {
    for (auto* one : all_) one->OnCommitTry(tried);
  }
  void OnStorage(const stream::StorageRequest& request) override {
    for (auto* one : all_) one->OnStorage(request);
  }
  void OnTerminated(const Status& status) override {
    for (auto* one : all_) one->OnTerminated(status);
  }

 private:
  const std::vector<stream::QueryListener*> all_;
};

}  // namespace sluice::cli
