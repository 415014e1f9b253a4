// SPDX-License-Identifier: Apache-2.0
#include "page/event_ring.h"

#include <gtest/gtest.h>

namespace sluice::page {
namespace {

TEST(EventRing, NumbersEventsFromOne) {
  EventRing ring("run", 10, 1 << 20);
  EXPECT_EQ(ring.newest(), 0);
  EXPECT_FALSE(ring.After(0).text);
  ring.Add({"sample", "{}"});
  const auto next = ring.After(0);
  EXPECT_EQ(next.number, 1);
  EXPECT_EQ(*next.text, "id: run-1\nevent: sample\ndata: {}\n\n");
  EXPECT_FALSE(ring.After(1).text);
  EXPECT_FALSE(ring.After(1).lost);
}

TEST(EventRing, WhoeverIsTooSlowHasLostSome) {
  EventRing ring("run", 3, 1 << 20);
  for (int i = 0; i < 5; ++i) ring.Add({"n", "{}"});
  EXPECT_TRUE(ring.After(0).lost);
  EXPECT_TRUE(ring.After(1).lost);
  EXPECT_EQ(ring.After(2).number, 3);
}

TEST(EventRing, IsBoundInBytesToo) {
  EventRing ring("run", 100, 300);
  for (int i = 0; i < 10; ++i) ring.Add({"n", std::string(100, 'x')});
  EXPECT_TRUE(ring.After(6).lost);
  EXPECT_FALSE(ring.After(9).lost);
  ring.Add({"n", std::string(1000, 'x')});  // larger than all the room: kept alone
  EXPECT_EQ(ring.After(10).number, 11);
}

TEST(EventRing, ANumberFromTheFutureIsOfAnotherRun) {
  EventRing ring("run", 10, 1000);
  ring.Add({"n", "{}"});
  EXPECT_TRUE(ring.After(7).lost);
}

TEST(EventRing, Ids) {
  const EventRing ring("18c2", 10, 1000);
  EXPECT_EQ(ring.IdOf(42), "18c2-42");
  EXPECT_EQ(ring.NumberOf("18c2-42"), 42);
  for (const char* other :
       {"", "18c2", "18c2-", "18c2-4x", "18c3-42", "18c2-42-1", "18c242", "18c2--4"})
    EXPECT_FALSE(ring.NumberOf(other)) << other;
}

}  // namespace
}  // namespace sluice::page
