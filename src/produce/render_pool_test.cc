// SPDX-License-Identifier: Apache-2.0
#include "produce/render_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace sluice::produce {
namespace {

using std::chrono::seconds;

constexpr size_t kLarge = RenderPool::kSmallBytes + 1;

TEST(RenderPool, RunsEveryJob) {
  std::atomic<int> ran{0};
  RenderPool pool(3);
  for (int i = 0; i < 1000; ++i) pool.Add(i % 2 ? 10 : kLarge, [&] { ++ran; });
  EXPECT_TRUE(pool.Drain(seconds(30)));
  EXPECT_EQ(ran, 1000);
}

TEST(RenderPool, LargeJobsKeepNoSmallOneWaiting) {
  RenderPool pool(1);  // two threads all the same
  std::promise<void> release;
  const auto released = release.get_future().share();
  std::atomic<int> large{0};
  for (int i = 0; i < 4; ++i) {
    pool.Add(kLarge, [&, released] {
      released.wait();
      ++large;
    });
  }
  std::promise<void> small_done;
  pool.Add(10, [&] { small_done.set_value(); });
  EXPECT_EQ(small_done.get_future().wait_for(seconds(30)), std::future_status::ready);
  EXPECT_EQ(large, 0);
  release.set_value();
  EXPECT_TRUE(pool.Drain(seconds(30)));
  EXPECT_EQ(large, 4);
}

TEST(RenderPool, DrainSaysIfThereIsStillWork) {
  RenderPool pool(2);
  std::promise<void> release;
  const auto released = release.get_future().share();
  pool.Add(10, [released] { released.wait(); });
  EXPECT_FALSE(pool.Drain(std::chrono::milliseconds(10)));
  release.set_value();
  EXPECT_TRUE(pool.Drain(seconds(30)));
}

TEST(RenderPool, WaitsForTheRunningJobAndDropsTheRest) {
  std::atomic<int> ran{0};
  {
    RenderPool pool(2);
    std::promise<void> started;
    pool.Add(kLarge, [&] {
      started.set_value();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ++ran;
    });
    started.get_future().wait();
  }
  EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace sluice::produce
