// SPDX-License-Identifier: Apache-2.0
#include "stream/channel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "stream/testing/eventually.h"

namespace sluice::stream {
namespace {

TEST(Channel, ItemsComeInTheirOrder) {
  Channel<int> channel;
  for (int i = 0; i < 3; ++i) channel.Push(i);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(channel.Pop(), i);
}

TEST(Channel, CarriesWhatCanOnlyBeMoved) {
  Channel<std::unique_ptr<int>> channel;
  channel.Push(std::make_unique<int>(7));
  EXPECT_EQ(**channel.Pop(), 7);
}

TEST(Channel, WhatIsInItComesOutAfterItIsClosed) {
  Channel<int> channel;
  channel.Push(1);
  channel.Push(2);
  channel.Close();
  EXPECT_EQ(channel.Pop(), 1);
  EXPECT_EQ(channel.Pop(), 2);
  EXPECT_EQ(channel.Pop(), std::nullopt);
  EXPECT_EQ(channel.Pop(), std::nullopt) << "and so it stays";
}

// Hand over hand: each Pop finds its channel empty and has to be woken.
TEST(Channel, APopWaitsForThePush) {
  constexpr int kTurns = 200, kEnd = -1;
  Channel<int> there, back;
  std::atomic<int> turns = 0;
  const std::jthread echo([&] {
    for (auto item = there.Pop(); item && item != kEnd; item = there.Pop()) back.Push(*item + 1);
  });
  const std::jthread caller([&] {
    for (int i = 0; i < kTurns; ++i) {
      there.Push(i);
      if (back.Pop() != i + 1) return;
      ++turns;
    }
  });
  EXPECT_TRUE(Eventually([&] { return turns == kTurns; }));
  for (Channel<int>* channel : {&there, &back}) {
    channel->Push(kEnd);
    channel->Close();
  }
}

TEST(Channel, ClosingWakesWhoWaits) {
  for (int round = 0; round < 50; ++round) {
    Channel<int> channel;
    std::atomic<bool> waits = false, ended = false;
    const std::jthread thread([&] {
      waits = true;
      EXPECT_EQ(channel.Pop(), std::nullopt);
      ended = true;
    });
    ASSERT_TRUE(Eventually([&] { return waits.load(); }));
    channel.Close();
    const bool woke = Eventually([&] { return ended.load(); });
    if (!woke) channel.Push(0);  // so that the test ends
    ASSERT_TRUE(woke);
  }
}

TEST(Channel, EachItemOfManyPushersComesOnceAndInItsPushersOrder) {
  constexpr int kPushers = 4, kItems = 500;
  constexpr std::pair<int, int> kEnd{kPushers, 0};
  Channel<std::pair<int, int>> channel;
  std::atomic<int> received = 0;
  std::jthread receiver([&] {
    std::vector<int> next(kPushers, 0);
    for (auto item = channel.Pop(); item && *item != kEnd; item = channel.Pop()) {
      EXPECT_EQ(item->second, next[static_cast<size_t>(item->first)]++);
      ++received;
    }
  });
  std::vector<std::jthread> pushers;
  for (int pusher = 0; pusher < kPushers; ++pusher) {
    pushers.emplace_back([&, pusher] {
      for (int i = 0; i < kItems; ++i) channel.Push({pusher, i});
    });
  }
  pushers.clear();
  EXPECT_TRUE(Eventually([&] { return received == kPushers * kItems; }));
  channel.Push(kEnd);
  channel.Close();
  receiver.join();
  EXPECT_EQ(received, kPushers * kItems) << "and nothing more";
}

}  // namespace
}  // namespace sluice::stream
