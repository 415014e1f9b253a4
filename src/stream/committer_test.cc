// SPDX-License-Identifier: Apache-2.0
//
// What the committer asks of the table and hands on from the checkpoint.
#include "stream/committer.h"

#include <gtest/gtest.h>
#include <map>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

// A table whose first answer is lost, after which somebody else changes its columns.
class ChangedMeanwhile : public delta::Table {
 public:
  explicit ChangedMeanwhile(std::unique_ptr<delta::Table> real, std::vector<std::string>* calls)
      : real_(std::move(real)), calls_(calls) {}

  const delta::TableInfo& info() const override { return real_->info(); }
  Status Refresh() override {
    calls_->push_back("refresh");
    return real_->Refresh();
  }
  Result<std::optional<BatchId>> LastBatch(const std::string& app_id) override {
    return real_->LastBatch(app_id);
  }
  Result<delta::BatchOrigin> LastOrigin(const std::string& app_id) override {
    return real_->LastOrigin(app_id);
  }
  Result<std::vector<delta::NamePath>> StatsColumns(
      const std::vector<delta::NewColumn>& added) override {
    return real_->StatsColumns(added);
  }
  Result<delta::CommitOutcome> Append(const delta::AppendRequest& request) override {
    calls_->push_back(request.stop.stop_possible() ? "append" : "append that cannot be stopped");
    if (std::exchange(first_, false)) return Status::Retry("STORAGE", "the answer is lost");
    return Status::Stop("METADATA_CHANGED", "another writer changed its columns");
  }
  void Maintain() override { real_->Maintain(); }
  void FinishMaintenance(const std::stop_token& stop) override { real_->FinishMaintenance(stop); }
  std::vector<std::string> TakeWarnings() override { return real_->TakeWarnings(); }

 private:
  std::unique_ptr<delta::Table> real_;
  std::vector<std::string>* calls_;
  bool first_ = true;
};

// A Refresh by the committer would make the changed columns those that the next try builds on.
TEST(Committer, WhatHappenedAfterALostAnswerIsTheTablesToJudge) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  world.Produce(10);
  std::vector<std::string> calls;
  world.wrap_table = [&](std::unique_ptr<delta::Table> table) {
    return std::make_unique<ChangedMeanwhile>(std::move(table), &calls);
  };
  EXPECT_EQ(world.Drain().code(), "METADATA_CHANGED");
  EXPECT_EQ(calls, (std::vector<std::string>{"append", "append"}));
  EXPECT_EQ(world.RowsInTable(), 10);
}

TEST(Committer, OldBatchesThatCannotBeDeletedAreToldOnceAndStopNothing) {
  MemoryWorld world(1);
  world.Produce(106);
  world.options.limits.max_offsets_per_trigger = 1;
  world.disk->set_fault([](const std::string& operation) {
    return operation.starts_with("remove") ? Status::Retry("NO_SPACE", "no room to delete")
                                           : Status::Ok();
  });
  RecordingListener listener;
  const Status status = world.Drain(listener);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(world.Mistakes(), "");
  const std::vector<std::string> warnings = listener.warnings();
  EXPECT_EQ(std::count(warnings.begin(), warnings.end(), "CHECKPOINT"), 1);
}

}  // namespace
}  // namespace sluice::stream
