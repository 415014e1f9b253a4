// SPDX-License-Identifier: Apache-2.0
#include "cli/signal_watcher.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
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

TEST(SignalWatcher, TheSecondEndsAtOnce) {
  const pid_t child = fork();
  if (child == 0) {
    const std::stop_source stop;
    const SignalWatcher watcher(stop, [](const char*) {});
    kill(getpid(), SIGINT);
    Wait([&] { return stop.stop_requested(); });
    kill(getpid(), SIGINT);
    Wait([] { return false; });
    _exit(77);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
}

// Standard error may be a pipe or a terminal that nobody reads.
TEST(SignalWatcher, TheSecondEndsAtOnceThoughTheFirstIsStillBeingTold) {
  const pid_t child = fork();
  if (child == 0) {
    const std::stop_source stop;
    const SignalWatcher watcher(stop, [](const char*) { Wait([] { return false; }); });
    kill(getpid(), SIGTERM);
    if (!Wait([&] { return stop.stop_requested(); })) _exit(76);
    kill(getpid(), SIGTERM);
    Wait([] { return false; });
    _exit(77);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 143);
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
