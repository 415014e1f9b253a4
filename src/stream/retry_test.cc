// SPDX-License-Identifier: Apache-2.0
#include "stream/retry.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/testing/manual_clock.h"
#include "stream/testing/eventually.h"
#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

using namespace std::chrono_literals;
using States = std::vector<std::string>;

Status Away() { return Status::Retry("KAFKA_UNREACHABLE", "no broker answers"); }

class RetryTest : public testing::Test {
 protected:
  // Fails the first `failures` calls.
  std::function<Status()> Failing(int failures, Status status = Away()) {
    return [this, failures, status] { return calls_++ < failures ? status : Status::Ok(); };
  }

  RecordingListener listener_;
  ListenerGate gate_{listener_};
  ManualClock clock_{0, ManualClock::Sleep::kJump};
  Patience patience_{kDriver, gate_, clock_, Backoff(1)};
  int calls_ = 0;
};

TEST_F(RetryTest, WhatSucceedsIsCalledOnceAndSaysNothing) {
  EXPECT_TRUE(WithRetries(patience_, {}, Failing(0)).ok());
  EXPECT_EQ(calls_, 1);
  EXPECT_EQ(listener_.states(), States{});
  EXPECT_EQ(clock_.Monotonic(), 0ns);
}

TEST_F(RetryTest, TriesAgainUntilItSucceedsAndSaysWhyItWaits) {
  gate_.State(QueryState::kRunning);
  EXPECT_TRUE(WithRetries(patience_, {}, Failing(3)).ok());
  EXPECT_EQ(calls_, 4);
  EXPECT_EQ(listener_.states(), (States{"running", "waiting KAFKA_UNREACHABLE", "running"}));
  EXPECT_GE(clock_.Monotonic(), 30ms) << "three pauses";
  EXPECT_LE(clock_.Monotonic(), 100ms + 200ms + 400ms);
}

TEST_F(RetryTest, EachNewReasonIsTold) {
  const Status reasons[] = {Away(), Away(), Status::Retry("TOPIC_MISSING", ""), Status::Ok()};
  EXPECT_TRUE(WithRetries(patience_, {}, [&] { return reasons[calls_++]; }).ok());
  EXPECT_EQ(listener_.states(),
            (States{"waiting KAFKA_UNREACHABLE", "waiting TOPIC_MISSING", "starting"}));
}

TEST_F(RetryTest, OtherErrorsEndItAtOnce) {
  for (const Status& error : {Status::Stop("FENCED", ""), Status::Exit("BAD_OPTION", ""),
                              Status::Cancelled(), Status(ErrorKind::kRebase, "CONFLICT", "")}) {
    calls_ = 0;
    EXPECT_EQ(WithRetries(patience_, {}, Failing(1, error)).code(), error.code());
    EXPECT_EQ(calls_, 1);
  }
  EXPECT_EQ(listener_.states(), States{});
}

TEST_F(RetryTest, AnErrorAfterWaitingIsNoRecovery) {
  const Status answers[] = {Away(), Status::Stop("NOT_AUTHORISED", "")};
  EXPECT_EQ(WithRetries(patience_, {}, [&] { return answers[calls_++]; }).code(), "NOT_AUTHORISED");
  EXPECT_EQ(listener_.states(), States{"waiting KAFKA_UNREACHABLE"});
}

TEST_F(RetryTest, AfterASuccessThePausesBeginSmallAgain) {
  for (int round = 0; round < 20; ++round) {
    calls_ = 0;
    EXPECT_TRUE(WithRetries(patience_, {}, Failing(8)).ok());
    const auto before = clock_.Monotonic();
    calls_ = 0;
    EXPECT_TRUE(WithRetries(patience_, {}, Failing(1)).ok());
    EXPECT_LE(clock_.Monotonic() - before, 100ms);
  }
}

TEST_F(RetryTest, AStopWhileItActsEndsItWithoutAPause) {
  std::stop_source stop;
  const Status status = WithRetries(patience_, stop.get_token(), [&] {
    ++calls_;
    stop.request_stop();
    return Away();
  });
  EXPECT_TRUE(status.Is(ErrorKind::kCancelled));
  EXPECT_EQ(calls_, 1);
  EXPECT_EQ(clock_.Monotonic(), 0ns);
}

TEST_F(RetryTest, AStopWhileItWaitsEndsIt) {
  ManualClock still(0);  // nobody moves it: the pause would not end
  Patience patience{kDriver, gate_, still, Backoff(1)};
  std::stop_source stop;
  Status status;
  {
    const std::jthread thread(
        [&] { status = WithRetries(patience, stop.get_token(), Failing(1)); });
    EXPECT_TRUE(Eventually([&] { return still.sleepers() == 1; }));
    stop.request_stop();
  }
  EXPECT_TRUE(status.Is(ErrorKind::kCancelled));
  EXPECT_EQ(calls_, 1);
}

TEST_F(RetryTest, WaitBeforeRetryTellsWhoWaits) {
  EXPECT_TRUE(WaitBeforeRetry(patience_, Away(), {}).ok());
  EXPECT_EQ(listener_.states(), States{"waiting KAFKA_UNREACHABLE"});
  gate_.Well(kCommitter);
  EXPECT_EQ(listener_.states().size(), 1u) << "somebody else is well";
  gate_.Well(kDriver);
  EXPECT_EQ(listener_.states().back(), "starting") << "nobody said yet that it runs";
}

TEST_F(RetryTest, AResultComesThrough) {
  const Result<int> result = ResultWithRetries<int>(patience_, {}, [&]() -> Result<int> {
    if (calls_++ < 2) return Away();
    return 42;
  });
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(*result, 42);
  EXPECT_EQ(calls_, 3);
}

TEST_F(RetryTest, AResultsErrorComesThrough) {
  const auto refused = ResultWithRetries<int>(
      patience_, {}, [&]() -> Result<int> { return Status::Stop("NO_TABLE", "there is none"); });
  EXPECT_EQ(refused.status().code(), "NO_TABLE");
  std::stop_source stop;
  stop.request_stop();
  const auto stopped =
      ResultWithRetries<int>(patience_, stop.get_token(), [&]() -> Result<int> { return Away(); });
  EXPECT_TRUE(stopped.status().Is(ErrorKind::kCancelled));
}

}  // namespace
}  // namespace sluice::stream
