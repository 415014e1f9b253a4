// SPDX-License-Identifier: Apache-2.0
#include "stream/progress_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace sluice::stream {
namespace {

TEST(ProgressLog, BeginsEmpty) { EXPECT_TRUE(ProgressLog().Recent().empty()); }

TEST(ProgressLog, KeepsAHundredOldestFirst) {
  ProgressLog log;
  for (int i = 0; i < 100; ++i) log.Add(std::to_string(i));
  ASSERT_EQ(log.Recent().size(), 100u);
  EXPECT_EQ(log.Recent().front(), "0");
  EXPECT_EQ(log.Recent().back(), "99");
  log.Add("100");
  ASSERT_EQ(log.Recent().size(), 100u);
  EXPECT_EQ(log.Recent().front(), "1");
  EXPECT_EQ(log.Recent().back(), "100");
}

// The page asks while batches commit.
TEST(ProgressLog, MayBeReadWhileItGrows) {
  ProgressLog log;
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int i = 0; i < 2000; ++i) log.Add(std::to_string(i));
    done = true;
  });
  while (!done) {
    const auto recent = log.Recent();
    ASSERT_LE(recent.size(), 100u);
    for (size_t i = 1; i < recent.size(); ++i) {
      ASSERT_EQ(std::stoi(recent[i]), std::stoi(recent[i - 1]) + 1);
    }
  }
  EXPECT_EQ(log.Recent().back(), "1999");
}

}  // namespace
}  // namespace sluice::stream
