// SPDX-License-Identifier: Apache-2.0
#include "page/inbox.h"

#include <gtest/gtest.h>

#include <thread>

namespace sluice::page {
namespace {

TEST(Inbox, GivesWhatWasPutInOrder) {
  Inbox<int> inbox;
  inbox.Put(1);
  inbox.Put(2);
  EXPECT_EQ(inbox.Take().events, (std::vector{1, 2}));
  EXPECT_TRUE(inbox.Take().events.empty());
}

TEST(Inbox, DropsAndCountsWhatIsTooMuch) {
  Inbox<int> inbox(3);
  for (int i = 0; i < 10; ++i) inbox.Put(i);
  const auto taken = inbox.Take();
  EXPECT_EQ(taken.events, (std::vector{0, 1, 2}));
  EXPECT_EQ(taken.dropped, 7);
  EXPECT_EQ(inbox.Take().dropped, 0);
}

TEST(Inbox, NothingIsLostBetweenThreads) {
  constexpr int kEach = 20'000;
  Inbox<int> inbox(1 << 20);
  size_t taken = 0;
  {
    std::jthread one([&] {
      for (int i = 0; i < kEach; ++i) inbox.Put(i);
    });
    std::jthread two([&] {
      for (int i = 0; i < kEach; ++i) inbox.Put(i);
    });
    for (int i = 0; i < 100; ++i) taken += inbox.Take().events.size();
  }
  taken += inbox.Take().events.size();
  EXPECT_EQ(taken, 2 * kEach);
}

}  // namespace
}  // namespace sluice::page
