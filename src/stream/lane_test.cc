// SPDX-License-Identifier: Apache-2.0
#include "stream/lane.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/testing/manual_clock.h"
#include "stream/testing/memory_stages.h"
#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

// Notes what it is asked for and has nothing.
class AskedReader : public kafka::RangeReader {
 public:
  explicit AskedReader(std::vector<kafka::ReadLimits>& asked) : asked_(asked) {}
  Status Start(std::vector<OffsetRange>) override {
    done_ = false;
    return Status::Ok();
  }
  Result<RecordBatch> Read(const kafka::ReadLimits& limits, const std::stop_token&) override {
    asked_.push_back(limits);
    done_ = true;
    return RecordBatch{};
  }
  bool done() const override { return done_; }

 private:
  std::vector<kafka::ReadLimits>& asked_;
  bool done_ = true;
};

class LaneTest : public testing::Test {
 protected:
  // How many records a lane over files of these columns asks for before it has seen any.
  size_t FirstChunk(Schema columns, int64_t lane_bytes, int lanes) {
    const Stages stages = MemoryStages(std::make_shared<MemoryFiles>());
    std::vector<kafka::ReadLimits> asked;
    LaneParts parts;
    parts.reader = std::make_unique<AskedReader>(asked);
    parts.decoder = stages.make_decoder().value();
    parts.transform = stages.make_transform(*parts.decoder).value();
    parts.writer = stages.make_writer({}).value();
    parts.file_schema = std::make_shared<const Schema>(std::move(columns));
    MemoryBudget budget(lane_bytes);
    StageMeter meter(clock_);
    Lane lane({0, lanes, 1 << 20}, std::move(parts), budget, gate_, meter, clock_);
    LaneTask task;
    task.plan = std::make_shared<const BatchPlan>();
    EXPECT_TRUE(lane.Run(task, {}).status.ok());
    return asked.at(0).max_records;
  }

  RecordingListener listener_;
  ListenerGate gate_{listener_};
  ManualClock clock_{0, ManualClock::Sleep::kJump};
};

Schema Longs(size_t count) {
  return {std::vector<Field>(count, Field{"n", DataType(TypeKind::kLong), true})};
}

TEST_F(LaneTest, AFirstChunkOfNarrowRowsIsFull) {
  EXPECT_EQ(FirstChunk(Longs(10), 64 << 20, 2), 65536U);
}

// Tiny messages, wide rows: {} becomes 500 columns. Without a look at the schema 65536 of them would be
// 262 MB before anything was learned.
TEST_F(LaneTest, AFirstChunkOfWideRowsFitsIntoTheShare) {
  constexpr int64_t kShare = (24 << 20) / 2 / 2;
  const size_t records = FirstChunk(Longs(500), 24 << 20, 2);
  EXPECT_LE(static_cast<int64_t>(records) * 500 * 8, kShare);
  EXPECT_GE(static_cast<int64_t>(records) * 500 * 8, kShare / 2);
}

TEST_F(LaneTest, SomeRecordsAreAskedForHoweverWideTheRows) {
  EXPECT_EQ(FirstChunk(Longs(20000), 1 << 20, 4), 256U);
}

}  // namespace
}  // namespace sluice::stream
