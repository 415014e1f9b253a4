// SPDX-License-Identifier: Apache-2.0
#include "stream/lane_assignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace sluice::stream {
namespace {

using ByLane = std::vector<std::vector<OffsetRange>>;

// The least that is worth a second reader.
constexpr int64_t kLarge = 50000;

OffsetRange Range(int partition, int64_t records, int64_t start = 0) {
  return {{"t", PartitionId{partition}}, Offset{start}, Offset{start + records}};
}

int64_t Load(const std::vector<OffsetRange>& ranges) {
  int64_t records = 0;
  for (const OffsetRange& range : ranges) records += range.size();
  return records;
}

int64_t MaxLoad(const ByLane& lanes) {
  int64_t most = 0;
  for (const auto& ranges : lanes) most = std::max(most, Load(ranges));
  return most;
}

// All that the lanes have, by partition and offset.
std::vector<OffsetRange> Pieces(const ByLane& lanes) {
  std::vector<OffsetRange> pieces;
  for (const auto& ranges : lanes) pieces.insert(pieces.end(), ranges.begin(), ranges.end());
  std::sort(pieces.begin(), pieces.end(), [](const OffsetRange& a, const OffsetRange& b) {
    return std::tie(a.partition, a.start) < std::tie(b.partition, b.start);
  });
  return pieces;
}

// "0 2 | 1 3": the partitions of each lane, ascending.
std::string Partitions(const ByLane& lanes) {
  std::string text;
  for (const auto& ranges : lanes) {
    std::vector<int> partitions;
    for (const OffsetRange& range : ranges) partitions.push_back(range.partition.partition.value);
    std::sort(partitions.begin(), partitions.end());
    if (&ranges != &lanes.front()) text += text.empty() ? "|" : " |";
    for (int partition : partitions) text += (text.empty() ? "" : " ") + std::to_string(partition);
  }
  return text;
}

TEST(LaneAssignment, SpreadsPartitionsOverTheLanes) {
  LaneAssignment assignment(2);
  const ByLane lanes = assignment.Assign({Range(0, 10), Range(1, 10), Range(2, 10), Range(3, 10)});
  EXPECT_EQ(Partitions(lanes), "0 2 | 1 3");
}

TEST(LaneAssignment, NoRangesLeaveEveryLaneIdle) {
  LaneAssignment assignment(3);
  EXPECT_EQ(assignment.Assign({}), ByLane(3));
}

TEST(LaneAssignment, APartitionStaysWithItsLane) {
  LaneAssignment assignment(2);
  assignment.Assign({Range(0, 10), Range(1, 10), Range(2, 10), Range(3, 10)});
  EXPECT_EQ(
      Partitions(assignment.Assign({Range(0, 900), Range(1, 7), Range(2, 20'000), Range(3, 10)})),
      "0 2 | 1 3")
      << "not balanced, but not worth a move";
  EXPECT_EQ(Partitions(assignment.Assign({Range(2, 10), Range(3, 10)})), "2 | 3");
  EXPECT_EQ(Partitions(assignment.Assign({Range(0, 10), Range(2, 10)})), "0 2 |")
      << "its lane is busy, but holds what it fetched ahead";
}

TEST(LaneAssignment, ANewPartitionGoesWhereTheFewestAre) {
  LaneAssignment assignment(3);
  assignment.Assign({Range(0, 10), Range(1, 10), Range(2, 10), Range(3, 10)});
  EXPECT_EQ(Partitions(assignment.Assign({Range(8, 30), Range(9, 20)})), "| 8 | 9");
}

TEST(LaneAssignment, ALopsidedBatchMovesPartitionsForGood) {
  LaneAssignment assignment(2);
  assignment.Assign({Range(0, 10), Range(1, 10), Range(2, 10), Range(3, 10)});
  const ByLane moved =
      assignment.Assign({Range(0, 100'000), Range(1, 1000), Range(2, 100'000), Range(3, 1000)});
  EXPECT_EQ(Partitions(moved), "0 1 | 2 3");
  EXPECT_EQ(MaxLoad(moved), 101'000);
  EXPECT_EQ(Partitions(assignment.Assign({Range(0, 10), Range(1, 10), Range(2, 10), Range(3, 10)})),
            "0 1 | 2 3");
}

// One client cannot read a partition in two places, however many lanes are idle.
TEST(LaneAssignment, ARangeIsNeverCut) {
  LaneAssignment assignment(4);
  EXPECT_EQ(assignment.Assign({Range(0, 1'000'000)}), (ByLane{{Range(0, 1'000'000)}, {}, {}, {}}));
}

TEST(LaneAssignment, ASmallBatchForgetsNoLane) {
  LaneAssignment assignment(3);
  const std::string before =
      Partitions(assignment.Assign({Range(0, 10), Range(1, 10), Range(2, 10)}));
  assignment.Assign({Range(1, 900'000)});
  EXPECT_EQ(Partitions(assignment.Assign({Range(0, 10), Range(1, 10), Range(2, 10)})), before);
}

// What is wrong with `lanes` as a division of `batch`, in words. Empty: nothing.
std::string Mistake(const std::vector<OffsetRange>& batch, const ByLane& lanes) {
  const std::vector<OffsetRange> pieces = Pieces(lanes);
  size_t next = 0;
  for (const OffsetRange& range : batch) {
    Offset at = range.start;
    for (; next < pieces.size() && pieces[next].partition == range.partition; ++next) {
      if (pieces[next].start != at) return pieces[next].ToString() + " does not follow";
      if (pieces[next].size() <= 0) return pieces[next].ToString() + " is empty";
      at = pieces[next].end;
    }
    if (at != range.end) return range.ToString() + " ends at " + std::to_string(at.value);
  }
  return next == pieces.size() ? "" : pieces[next].ToString() + " is of no range";
}

class LaneAssignmentProperty : public testing::TestWithParam<uint32_t> {
 protected:
  int64_t Between(int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random_);
  }
  std::vector<OffsetRange> RandomBatch() {
    constexpr int64_t kSizes[] = {1, 100, 2 * kLarge / 3, kLarge, 5 * kLarge, 40 * kLarge};
    std::vector<OffsetRange> batch;
    for (int partition = 0; partition < 12; ++partition) {
      if (Between(0, 2) == 0) continue;
      const int64_t records = Between(1, kSizes[Between(0, 5)]);
      batch.push_back(Range(partition, records, Between(0, 1'000'000)));
    }
    batch.resize(std::min<size_t>(batch.size(), static_cast<size_t>(Between(0, 12))));
    return batch;
  }

  std::mt19937 random_{GetParam()};
};

TEST_P(LaneAssignmentProperty, EachOffsetOnceAndNoLaneMuchBusier) {
  const int count = static_cast<int>(Between(1, 8));
  LaneAssignment assignment(count);
  for (int round = 0; round < 50; ++round) {
    const std::vector<OffsetRange> batch = RandomBatch();
    const ByLane lanes = assignment.Assign(batch);
    ASSERT_EQ(lanes.size(), static_cast<size_t>(count));
    ASSERT_EQ(Mistake(batch, lanes), "") << count << " lanes, round " << round;
    int64_t largest = 0;
    for (const OffsetRange& piece : Pieces(lanes)) largest = std::max(largest, piece.size());
    // Largest first is at most a range above the mean; a move has to gain half of what is large.
    ASSERT_LE(MaxLoad(lanes), Load(batch) / count + largest + kLarge / 2) << "round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LaneAssignmentProperty, testing::Range(1u, 41u));

}  // namespace
}  // namespace sluice::stream
