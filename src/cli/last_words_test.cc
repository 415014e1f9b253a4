// SPDX-License-Identifier: Apache-2.0
#include "cli/last_words.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <thread>

namespace sluice::cli {
namespace {

TEST(LastWordsDeathTest, AnExceptionThatNobodyCaughtIsTold) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto die = [](auto fault) {
    SayLastWords();
    std::thread(fault).join();
  };
  EXPECT_DEATH(die([] { throw std::runtime_error("no such case"); }),
               "fault of the program itself: no such case. What was committed is kept");
  EXPECT_DEATH(die([] { throw std::bad_alloc(); }), "the machine gave no more memory");
  EXPECT_DEATH(die([] { throw 7; }), "an exception without words");
}

}  // namespace
}  // namespace sluice::cli
