// SPDX-License-Identifier: Apache-2.0
#include "cli/signal_watcher.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <string>

namespace sluice::cli {
namespace {

// True if `done` within 10 seconds.
template <typename Done>
bool Wait(Done done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

TEST(SignalWatcher, TheFirstSignalAsksToStop) {
  const std::stop_source stop;
  std::atomic<bool> told = false;
  const SignalWatcher watcher(stop,
                              [&](const char* name) { told = std::string(name) == "SIGTERM"; });
  kill(getpid(), SIGTERM);
  EXPECT_TRUE(Wait([&] { return stop.stop_requested(); }));
  EXPECT_TRUE(told);
}

// The first signal, and then a second one, at which this process is to end.
void SendTwo(int signal, const std::function<void(const char*)>& on_first) {
  const std::stop_source stop;
  const SignalWatcher watcher(stop, on_first);
  kill(getpid(), signal);
  Wait([&] { return stop.stop_requested(); });
  kill(getpid(), signal);
  Wait([] { return false; });
}

// In processes of their own, started anew rather than forked: this one has threads.
class SignalWatcherDeathTest : public ::testing::Test {
 protected:
  SignalWatcherDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(SignalWatcherDeathTest, TheSecondEndsAtOnce) {
  EXPECT_EXIT(SendTwo(SIGINT, [](const char*) {}), ::testing::ExitedWithCode(130), "");
  EXPECT_EXIT(SendTwo(SIGTERM, [](const char*) {}), ::testing::ExitedWithCode(143), "");
}

// Standard error may be a pipe or a terminal that nobody reads.
TEST_F(SignalWatcherDeathTest, TheSecondEndsAtOnceThoughTheFirstIsStillBeingTold) {
  EXPECT_EXIT(SendTwo(SIGTERM, [](const char*) { Wait([] { return false; }); }),
              ::testing::ExitedWithCode(143), "");
}

TEST(SignalWatcher, EndsWithoutASignal) {
  const std::stop_source stop;
  {
    const SignalWatcher watcher(stop, [](const char*) {});
  }
  EXPECT_FALSE(stop.stop_requested());
}

}  // namespace
}  // namespace sluice::cli
