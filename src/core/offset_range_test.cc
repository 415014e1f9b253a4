// SPDX-License-Identifier: Apache-2.0
#include "core/offset_range.h"

#include <gtest/gtest.h>

namespace sluice {

namespace {

TopicPartition At(const std::string& topic, int partition) {
  return {topic, PartitionId{partition}};
}

TEST(OffsetRangeTest, PrintsAsKafkaDoes) {
  EXPECT_EQ(At("positions", 3).ToString(), "positions-3");
  EXPECT_EQ((OffsetRange{At("positions", 3), Offset{120}, Offset{450}}.ToString()),
            "positions-3 [120, 450)");
}

TEST(OffsetRangeTest, SizeIsTheNumberOfOffsets) {
  EXPECT_EQ((OffsetRange{At("t", 0), Offset{120}, Offset{450}}.size()), 330);
}

TEST(OffsetRangeTest, PartitionsAreOrderedByTopicThenNumber) {
  EXPECT_LT(At("a", 9), At("b", 0));
  EXPECT_LT(At("a", 2), At("a", 10));
}

TEST(RangesBetweenTest, OnlyPartitionsWithSomethingNew) {
  const OffsetMap start{{At("a", 0), Offset{5}}, {At("a", 1), Offset{7}}, {At("b", 0), Offset{0}}};
  const OffsetMap end{{At("a", 0), Offset{9}}, {At("a", 1), Offset{7}}, {At("b", 0), Offset{2}}};
  const std::vector<OffsetRange> expected{{At("a", 0), Offset{5}, Offset{9}},
                                          {At("b", 0), Offset{0}, Offset{2}}};
  EXPECT_EQ(RangesBetween(start, end), expected);
}

TEST(RangesBetweenTest, PartitionsWithoutStartOrEndAreLeftOut) {
  const OffsetMap start{{At("a", 0), Offset{5}}, {At("gone", 0), Offset{1}}};
  const OffsetMap end{{At("a", 0), Offset{6}}, {At("new", 0), Offset{3}}};
  EXPECT_EQ(RangesBetween(start, end),
            (std::vector<OffsetRange>{{At("a", 0), Offset{5}, Offset{6}}}));
}

TEST(RangesBetweenTest, OffsetsThatWentBackGiveNoRange) {
  EXPECT_TRUE(RangesBetween({{At("a", 0), Offset{5}}}, {{At("a", 0), Offset{3}}}).empty());
}

}  // namespace

}  // namespace sluice
