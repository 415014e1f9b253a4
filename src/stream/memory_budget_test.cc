// SPDX-License-Identifier: Apache-2.0
#include "stream/memory_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "stream/testing/eventually.h"

namespace sluice::stream {
namespace {

// A wait with it does not wait: it takes what fits now.
std::stop_token Stopped() {
  std::stop_source source;
  source.request_stop();
  return source.get_token();
}

TEST(MemoryBudget, ALeaseTakesAndGivesBack) {
  MemoryBudget budget(100);
  {
    MemoryLease lease(budget);
    lease.Resize(60);
    EXPECT_EQ(budget.used_bytes(), 60);
    lease.Resize(20);
    EXPECT_EQ(budget.used_bytes(), 20);
    EXPECT_EQ(lease.held_bytes(), 20);
  }
  EXPECT_EQ(budget.used_bytes(), 0);
  EXPECT_EQ(budget.peak_bytes(), 60);
  EXPECT_EQ(budget.total_bytes(), 100);
}

TEST(MemoryBudget, TryTakesOnlyWhatFits) {
  MemoryBudget budget(100);
  MemoryLease first(budget), second(budget);
  EXPECT_TRUE(first.TryResize(70));
  EXPECT_FALSE(second.TryResize(31));
  EXPECT_EQ(second.held_bytes(), 0);
  EXPECT_EQ(budget.used_bytes(), 70) << "a refusal changes nothing";
  EXPECT_TRUE(second.TryResize(30));
  EXPECT_FALSE(first.TryResize(71));
  EXPECT_EQ(first.held_bytes(), 70);
  EXPECT_TRUE(first.TryResize(69));
}

TEST(MemoryBudget, WhatIsThereAlreadyIsNotRefused) {
  MemoryBudget budget(100);
  MemoryLease lease(budget);
  lease.Resize(150);
  EXPECT_EQ(budget.used_bytes(), 150);
  EXPECT_FALSE(lease.TryResize(151));
  EXPECT_TRUE(lease.TryResize(140)) << "less is always welcome, above the budget too";
}

TEST(MemoryBudget, WaitsUntilItFits) {
  MemoryBudget budget(100);
  MemoryLease holder(budget), waiter(budget);
  holder.Resize(80);
  EXPECT_FALSE(waiter.WaitResize(21, Stopped()));
  EXPECT_EQ(waiter.held_bytes(), 0);
  EXPECT_EQ(budget.used_bytes(), 80);
  EXPECT_TRUE(waiter.WaitResize(20, Stopped())) << "what fits is taken even when stopped";

  std::stop_source stop;
  std::atomic<bool> done = false;
  const std::jthread thread([&] { done = waiter.WaitResize(50, stop.get_token()); });
  holder.Resize(51);
  holder.Resize(50);
  EXPECT_TRUE(Eventually([&] { return done.load(); }));
  stop.request_stop();
}

TEST(MemoryBudget, ALeaseThatEndsWakesAllWhoWait) {
  for (int round = 0; round < 20; ++round) {
    MemoryBudget budget(100);
    auto holder = std::make_unique<MemoryLease>(budget);
    holder->Resize(100);
    std::stop_source stop;
    std::atomic<int> began = 0, done = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        MemoryLease lease(budget);
        ++began;
        if (!lease.WaitResize(25, stop.get_token())) return;
        ++done;
        Eventually([&] { return done == 4 || stop.stop_requested(); });  // all four fit at once
      });
    }
    ASSERT_TRUE(Eventually([&] { return began == 4; }));
    holder.reset();
    const bool woke = Eventually([&] { return done == 4; });
    stop.request_stop();
    ASSERT_TRUE(woke) << done << " of 4 in round " << round;
  }
}

TEST(MemoryBudget, AStopEndsTheWait) {
  MemoryBudget budget(100);
  MemoryLease holder(budget), waiter(budget);
  holder.Resize(100);
  std::stop_source stop;
  std::atomic<bool> began = false, ended = false;
  const std::jthread thread([&] {
    began = true;
    EXPECT_FALSE(waiter.WaitResize(1, stop.get_token()));
    ended = true;
  });
  EXPECT_TRUE(Eventually([&] { return began.load(); }));
  EXPECT_FALSE(ended);
  stop.request_stop();
  const bool woke = Eventually([&] { return ended.load(); });
  EXPECT_TRUE(woke);
  if (!woke) holder.Resize(0);  // so that the test ends
}

TEST(MemoryBudget, AnOversizeRequestWaitsForAllTheOthers) {
  MemoryBudget budget(100);
  MemoryLease holder(budget), giant(budget);
  holder.Resize(1);
  giant.Resize(10);
  EXPECT_FALSE(giant.WaitResize(500, Stopped()));
  EXPECT_EQ(giant.held_bytes(), 10);
  holder.Resize(0);
  EXPECT_TRUE(giant.WaitResize(500, Stopped())) << "what it holds itself is not waited for";
  EXPECT_EQ(budget.used_bytes(), 500);
  EXPECT_FALSE(holder.WaitResize(1, Stopped())) << "and meanwhile nobody else gets anything";
  giant.Resize(0);
  EXPECT_TRUE(holder.WaitResize(1, Stopped()));
}

TEST(MemoryBudget, ManyThreadsTogetherStayWithinIt) {
  constexpr int kTurns = 500;
  MemoryBudget budget(100);
  std::stop_source stop;
  std::atomic<int> taken = 0;
  std::vector<std::jthread> threads;
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      std::uniform_int_distribution<int64_t> bytes(1, 100);
      for (int i = 0; i < kTurns; ++i) {
        MemoryLease lease(budget);
        if (lease.WaitResize(bytes(random), stop.get_token())) ++taken;
        std::this_thread::yield();
      }
    });
  }
  EXPECT_TRUE(Eventually([&] { return taken == 4 * kTurns; })) << "somebody was not woken";
  stop.request_stop();
  threads.clear();
  EXPECT_LE(budget.peak_bytes(), 100);
  EXPECT_EQ(budget.used_bytes(), 0);
}

}  // namespace
}  // namespace sluice::stream
