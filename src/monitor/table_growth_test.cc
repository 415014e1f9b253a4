// SPDX-License-Identifier: Apache-2.0
#include "monitor/table_growth.h"

#include <gtest/gtest.h>

namespace sluice::monitor {
namespace {

TEST(TableGrowth, AddsWhatIsCommittedAfterTheKnownVersion) {
  TableGrowth table;
  table.Known(10, {100, 1000});
  table.Committed(10, {5, 50});
  table.Committed(11, {5, 50});
  EXPECT_EQ(table.now().files, 105);
  EXPECT_EQ(table.now().bytes, 1050);
}

TEST(TableGrowth, ANewerLookReplacesWhatItHolds) {
  TableGrowth table;
  table.Committed(1, {1, 10});
  table.Committed(2, {1, 10});
  table.Known(1, {7, 70});  // with a file of another writer
  EXPECT_EQ(table.now().files, 8);
}

TEST(TableGrowth, ATableThatIsNeverLookedUpStaysCheap) {
  TableGrowth table;
  for (int version = 0; version < 5000; ++version) table.Committed(version, {2, 3});
  EXPECT_EQ(table.now().files, 10000);
  EXPECT_EQ(table.now().bytes, 15000);
}

}  // namespace
}  // namespace sluice::monitor
