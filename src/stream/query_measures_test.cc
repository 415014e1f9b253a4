// SPDX-License-Identifier: Apache-2.0
//
// What a query measures of itself, as its listener gets it.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

class MeasureListener : public QueryListener {
 public:
  void OnPosition(const OffsetMap& committed) override { positions.push_back(committed); }
  void OnTrigger(int64_t at_ms) override { triggers.push_back(at_ms); }
  void OnProgress(const Progress& one) override { progress.push_back(one); }
  void OnTrouble(const QueryTrouble& trouble) override { troubles.push_back(trouble); }
  void OnCommitTry(const CommitTry& tried) override { tries.push_back(tried); }
  void OnStorage(const StorageRequest& request) override { requests.push_back(request); }
  int64_t Requests(const std::string& operation, bool ok) const {
    return std::ranges::count_if(requests, [&](const StorageRequest& request) {
      return operation == request.operation && ok == request.ok;
    });
  }

  // Written by one call at a time, read after the end.
  std::vector<OffsetMap> positions;
  std::vector<int64_t> triggers;
  std::vector<Progress> progress;
  std::vector<QueryTrouble> troubles;
  std::vector<CommitTry> tries;
  std::vector<StorageRequest> requests;
};

int64_t Records(const std::vector<LatencyCount>& latencies) {
  return std::accumulate(latencies.begin(), latencies.end(), int64_t{0},
                         [](int64_t sum, const LatencyCount& each) { return sum + each.records; });
}

TEST(QueryMeasures, ABatchKnowsItsPartitionsItsAgesAndItsPhases) {
  MemoryWorld world;
  world.Produce(100, "{\"a\":1}");
  world.clock.Advance(std::chrono::seconds(50));
  MeasureListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  ASSERT_EQ(listener.progress.size(), 1U);
  const Progress& batch = listener.progress[0];
  ASSERT_EQ(batch.inputs.size(), 4U);
  const PartitionInput& input = batch.inputs.at(world.Partition(2));
  EXPECT_EQ(input.records, 25);
  EXPECT_EQ(input.bytes, 25 * 7);
  EXPECT_EQ(input.newest_record_ms, batch.newest_record_ms);
  EXPECT_EQ(Records(batch.latencies), 100);
  EXPECT_NEAR(static_cast<double>(batch.latencies.at(0).ms), 50000, 1000);
  EXPECT_EQ(static_cast<int64_t>(batch.file_sizes.size()), batch.files);
  for (const char* phase : {"latest_offset", "plan", "wal_commit", "poll", "decode", "transform",
                            "encode", "upload", "commit", "checkpoint"}) {
    EXPECT_TRUE(batch.phase_seconds.contains(phase)) << phase;
  }
  EXPECT_GE(listener.triggers.size(), 1U);
}

TEST(QueryMeasures, WhereTheQueryBeginsIsTold) {
  MemoryWorld world;
  world.Produce(40);
  MeasureListener first, second;
  ASSERT_TRUE(world.Drain(first).ok());
  ASSERT_TRUE(world.Drain(second).ok());
  ASSERT_EQ(first.positions.size(), 1U);
  EXPECT_EQ(first.positions[0].at(world.Partition(0)), Offset{0});
  ASSERT_EQ(second.positions.size(), 1U);
  EXPECT_EQ(second.positions[0].at(world.Partition(0)), Offset{10});
}

TEST(QueryMeasures, ATryThatFailsIsATroubleOfTheBatchAndATryAtACommit) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  world.Produce(10);
  world.table->FailNext(Status::Retry("NO_SPACE", "full"));
  MeasureListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  ASSERT_EQ(listener.troubles.size(), 1U);
  EXPECT_EQ(listener.troubles[0].code, "NO_SPACE");
  EXPECT_TRUE(listener.troubles[0].of_batch);
  ASSERT_EQ(listener.tries.size(), 2U);
  EXPECT_EQ(listener.tries[1].attempts, 1);
  EXPECT_EQ(listener.tries[1].conflicts, 0);
  EXPECT_EQ(listener.Requests("table_commit", false), 1);
  EXPECT_EQ(listener.Requests("table_commit", true), 1);
  EXPECT_EQ(listener.Requests("offset_log", true), 1);
  EXPECT_EQ(listener.Requests("commit_log", true), 1);
  EXPECT_GE(listener.Requests("data_files", true), 1);
}

TEST(QueryMeasures, TheTimeOfEachThreadIsDividedUp) {
  MemoryWorld world;
  MeasureListener listener;
  const auto query = world.NewQuery(listener);
  world.clock.Advance(std::chrono::seconds(7));
  const QueryStats stats = query->stats();
  ASSERT_EQ(stats.lanes.size(), 2U);
  for (const ActivitySeconds& lane : stats.lanes)
    EXPECT_EQ(std::accumulate(lane.begin(), lane.end(), 0.0), 7);
  EXPECT_EQ(stats.buffered_bytes, 0);
  EXPECT_EQ(stats.activities, 0) << "nothing was begun";
}

}  // namespace
}  // namespace sluice::stream
