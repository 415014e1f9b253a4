// SPDX-License-Identifier: Apache-2.0
#include "stream/board.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "stream/testing/eventually.h"

namespace sluice::stream {
namespace {

using namespace std::chrono_literals;

bool Always(const RunCounts&) { return true; }
bool Never(const RunCounts&) { return false; }
bool AllCommitted(const RunCounts& counts) { return counts.committed == counts.planned; }

Status Fenced() { return Status::Stop("FENCED", "another program runs the same query"); }

class BoardTest : public testing::Test {
 protected:
  std::stop_source wake_;
  std::stop_source stop_;
  Board board_{wake_};
};

TEST_F(BoardTest, CountsBatchesThroughTheirSteps) {
  board_.Planned();
  board_.Planned();
  board_.Planned();
  board_.LanesDone();
  board_.LanesDone();
  board_.Committed();
  RunCounts seen;
  EXPECT_TRUE(board_.Wait([&](const RunCounts& counts) { return seen = counts, true; }, {}));
  EXPECT_EQ(seen.planned, 3);
  EXPECT_EQ(seen.lanes_done, 2);
  EXPECT_EQ(seen.committed, 1);
  EXPECT_TRUE(board_.failure().ok());
  EXPECT_FALSE(wake_.stop_requested());
}

TEST_F(BoardTest, EachStepWakesWhoWaitsForIt) {
  constexpr int64_t kBatches = 100;
  std::jthread committer([&] {
    for (int64_t i = 1; i <= kBatches; ++i) {
      if (!board_.Wait([i](const RunCounts& c) { return c.planned == i; }, stop_.get_token()))
        return;
      board_.LanesDone();
      board_.Committed();
    }
  });
  std::atomic<int64_t> done = 0;
  std::jthread driver([&] {
    for (int64_t i = 1; i <= kBatches; ++i) {
      board_.Planned();
      if (!board_.Wait(AllCommitted, stop_.get_token())) return;
      done = i;
    }
  });
  EXPECT_TRUE(Eventually([&] { return done == kBatches; }));
  stop_.request_stop();
}

TEST_F(BoardTest, AWaitEndsWithItsTime) {
  std::atomic<bool> ended = false;
  const std::jthread thread([&] {
    EXPECT_FALSE(board_.Wait(Never, stop_.get_token(), 1ms));
    ended = true;
  });
  EXPECT_TRUE(Eventually([&] { return ended.load(); }));
  stop_.request_stop();
  EXPECT_TRUE(board_.Wait(Always, {}, 0ms)) << "what holds needs no time";
}

TEST_F(BoardTest, AStopEndsAWait) {
  std::atomic<bool> ended = false;
  const std::jthread thread([&] {
    EXPECT_FALSE(board_.Wait(Never, stop_.get_token()));
    ended = true;
  });
  stop_.request_stop();
  EXPECT_TRUE(Eventually([&] { return ended.load(); }));
  if (!ended) board_.Fail(Fenced());  // so that the test ends
  EXPECT_TRUE(board_.Wait(Always, stop_.get_token())) << "what holds is seen all the same";
}

TEST(Board, AFailureEndsEveryWait) {
  for (int round = 0; round < 20; ++round) {
    std::stop_source wake, stop;
    Board board(wake);
    std::atomic<int> began = 0, ended = 0;
    const auto wait = [&] {
      EXPECT_FALSE(board.Wait([&](const RunCounts&) { return ++began, false; }, stop.get_token()));
      ++ended;
    };
    const std::jthread first(wait), second(wait);
    ASSERT_TRUE(Eventually([&] { return began >= 2; }));
    board.Fail(Fenced());
    const bool woke = Eventually([&] { return ended == 2; });
    stop.request_stop();
    ASSERT_TRUE(woke) << "round " << round;
    EXPECT_TRUE(wake.stop_requested()) << "so that nobody sleeps on for something else";
    EXPECT_FALSE(board.Wait(Always, {})) << "nothing is waited for after a failure";
  }
}

TEST_F(BoardTest, TheFirstFailureIsTheReason) {
  board_.Fail(Fenced());
  board_.Fail(Status::Cancelled());
  board_.Fail(Status::Stop("MALFORMED_RECORD", ""));
  EXPECT_EQ(board_.failure().code(), "FENCED");
}

}  // namespace
}  // namespace sluice::stream
