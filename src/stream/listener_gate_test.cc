// SPDX-License-Identifier: Apache-2.0
#include "stream/listener_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

using States = std::vector<std::string>;

Status Away() { return Status::Retry("KAFKA_UNREACHABLE", "no broker answers"); }
Status Full() { return Status::Retry("NO_SPACE", "disk full"); }

class ListenerGateTest : public testing::Test {
 protected:
  // What was told since the last call.
  States Told() {
    const States all = listener_.states();
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(told_);
    told_ = all.size();
    return {from, all.end()};
  }
  RecordingListener listener_;
  ListenerGate gate_{listener_};
  size_t told_ = 0;
};

TEST_F(ListenerGateTest, AStateIsToldWhenItChanges) {
  gate_.State(QueryState::kStarting);
  gate_.State(QueryState::kStarting);
  gate_.State(QueryState::kRunning);
  gate_.State(QueryState::kRunning);
  EXPECT_EQ(Told(), (States{"starting", "running"}));
  gate_.State(QueryState::kFailed, Status::Stop("FENCED", ""));
  EXPECT_EQ(Told(), States{"failed FENCED"});
}

TEST_F(ListenerGateTest, AReasonIsToldOnceHoweverOftenItComes) {
  gate_.State(QueryState::kRunning);
  for (int i = 0; i < 3; ++i) gate_.Waiting(0, Away());
  EXPECT_EQ(Told(), (States{"running", "waiting KAFKA_UNREACHABLE"}));
  gate_.Waiting(0, Full());
  EXPECT_EQ(Told(), States{"waiting NO_SPACE"});
  gate_.Well(0);
  gate_.Well(0);
  EXPECT_EQ(Told(), States{"running"});
}

TEST_F(ListenerGateTest, TheQueryWaitsAsLongAsOneDoes) {
  gate_.State(QueryState::kRunning);
  gate_.Waiting(0, Away());
  gate_.Waiting(1, Away());
  gate_.Waiting(kDriver, Away());
  EXPECT_EQ(Told(), (States{"running", "waiting KAFKA_UNREACHABLE"}));
  gate_.Well(1);
  gate_.Well(0);
  EXPECT_EQ(Told(), States{}) << "the driver still waits";
  gate_.Well(kDriver);
  EXPECT_EQ(Told(), States{"running"});
}

TEST_F(ListenerGateTest, WhenOneReasonEndsAnotherIsTold) {
  gate_.State(QueryState::kRunning);
  gate_.Waiting(kCommitter, Full());
  gate_.Waiting(0, Away());
  EXPECT_EQ(Told(), (States{"running", "waiting NO_SPACE", "waiting KAFKA_UNREACHABLE"}));
  gate_.Well(0);
  EXPECT_EQ(Told(), States{"waiting NO_SPACE"});
  gate_.Well(kCommitter);
  EXPECT_EQ(Told(), States{"running"});
}

TEST_F(ListenerGateTest, AWaitThatEndsWhileTheQueryStartsDoesNotMakeItRun) {
  gate_.State(QueryState::kStarting);
  gate_.Waiting(kDriver, Full());
  gate_.Well(kDriver);
  EXPECT_EQ(Told(), (States{"starting", "waiting NO_SPACE", "starting"}));
  gate_.Waiting(kDriver, Away());
  gate_.Well(kDriver);
  gate_.State(QueryState::kRunning);
  EXPECT_EQ(Told(), (States{"waiting KAFKA_UNREACHABLE", "starting", "running"}));
}

TEST_F(ListenerGateTest, WhoDidNotWaitChangesNothing) {
  gate_.State(QueryState::kRunning);
  gate_.Well(0);
  gate_.Waiting(1, Away());
  gate_.Well(0);
  EXPECT_EQ(Told(), (States{"running", "waiting KAFKA_UNREACHABLE"}));
}

TEST_F(ListenerGateTest, AStoppingQueryIsNotSaidToWaitOrRun) {
  gate_.Waiting(0, Away());
  gate_.State(QueryState::kStopping);
  gate_.Waiting(1, Full());
  gate_.Well(0);
  gate_.Well(1);
  gate_.State(QueryState::kStopped);
  EXPECT_EQ(Told(), (States{"waiting KAFKA_UNREACHABLE", "stopping", "stopped"}));
}

TEST_F(ListenerGateTest, PassesOnWhatElseIsToTell) {
  Progress progress;
  progress.batch = BatchId{7};
  gate_.Progressed(progress);
  gate_.Planned({BatchId{8}, 100, 40});
  gate_.Idle({3, "{}"});
  gate_.Warning({"TABLE", "slow", 5});
  gate_.Terminated(Status::Ok());
  ASSERT_EQ(listener_.progress().size(), 1u);
  EXPECT_EQ(listener_.progress()[0].batch, BatchId{7});
  EXPECT_EQ(listener_.idles(), std::vector<std::string>{"{}"});
  EXPECT_EQ(listener_.waiting_records(), 3);
  EXPECT_EQ(listener_.warnings(), std::vector<std::string>{"TABLE"});
  EXPECT_EQ(listener_.records_lost(), 5);
  ASSERT_EQ(listener_.planned().size(), 1u);
  EXPECT_EQ(listener_.planned()[0].batch, BatchId{8});
  EXPECT_EQ(listener_.planned()[0].records, 100);
  EXPECT_EQ(listener_.planned()[0].remaining, 40);
  EXPECT_EQ(listener_.terminations(), 1);
}

TEST_F(ListenerGateTest, AddsUpWhatTheLanesHaveRead) {
  gate_.Read(BatchId{0}, 0, 10);
  gate_.Read(BatchId{0}, 1, 5);
  gate_.Read(BatchId{1}, 1, 7);  // that lane is ahead
  gate_.Read(BatchId{0}, 0, 30);
  gate_.Read(BatchId{0}, 0, 0);  // and this one has to begin again
  Progress progress;
  progress.batch = BatchId{0};
  gate_.Progressed(progress);
  gate_.Read(BatchId{1}, 0, 1);
  std::vector<std::pair<int64_t, int64_t>> told;
  for (const BatchReading& reading : listener_.readings())
    told.emplace_back(reading.batch.value, reading.records_read);
  EXPECT_EQ(told, (std::vector<std::pair<int64_t, int64_t>>{
                      {0, 10}, {0, 15}, {1, 7}, {0, 35}, {0, 5}, {1, 8}}));
}

// Notes whether two calls overlap.
class JealousListener : public QueryListener {
 public:
  void OnStarted(const std::string&, const std::string&) override { Enter(); }
  void OnState(QueryState, const Status&) override { Enter(); }
  void OnProgress(const Progress&) override { Enter(); }
  void OnPlanned(const PlannedBatch&) override { Enter(); }
  void OnReading(const BatchReading&) override { Enter(); }
  void OnIdle(const IdleReport&) override { Enter(); }
  void OnWarning(const QueryWarning&) override { Enter(); }
  void OnTerminated(const Status&) override { Enter(); }

  std::atomic<int> calls = 0;
  std::atomic<int> overlaps = 0;

 private:
  void Enter() {
    if (inside_.exchange(true)) ++overlaps;
    std::this_thread::yield();
    inside_ = false;
    ++calls;
  }
  std::atomic<bool> inside_ = false;
};

TEST(ListenerGate, CallsItsListenerOneAtATime) {
  JealousListener listener;
  ListenerGate gate(listener);
  std::vector<std::jthread> threads;
  for (int who = 0; who < 8; ++who) {
    threads.emplace_back([&, who] {
      for (int i = 0; i < 300; ++i) {
        if (who == 0) gate.Started("id", "run");
        if (who == 1) gate.Progressed({});
        if (who == 2) gate.Idle({0, "{}"});
        if (who == 3) gate.Warning({"TABLE", ""});
        if (who == 4) gate.Terminated(Status::Ok());
        if (who == 5) gate.Waiting(who, i % 2 == 0 ? Away() : Full());
        if (who == 6) gate.Planned({});
        if (who == 7) gate.Read(BatchId{i}, who, 1);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(listener.calls, 8 * 300);
  EXPECT_EQ(listener.overlaps, 0);
}

}  // namespace
}  // namespace sluice::stream
