// SPDX-License-Identifier: Apache-2.0
#include "monitor/disk_space.h"

#include <gtest/gtest.h>

namespace sluice::monitor {
namespace {

TEST(DiskSpace, OfAPathThatIsNotThereYetIsThatOfItsParent) {
  const auto space = ReadDiskSpace("/tmp/no such directory/table");
  ASSERT_TRUE(space);
  EXPECT_EQ(space->size_bytes, ReadDiskSpace("/tmp")->size_bytes);
  EXPECT_GT(space->size_bytes, 0);
  EXPECT_LE(space->free_bytes, space->size_bytes);
}

TEST(DiskSpace, OfWhatIsNoDirectoryIsUnknown) { EXPECT_FALSE(ReadDiskSpace("/dev/null/table")); }

}  // namespace
}  // namespace sluice::monitor
