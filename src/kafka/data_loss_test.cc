// SPDX-License-Identifier: Apache-2.0
#include "kafka/data_loss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::kafka {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const TopicPartition kPartition{"t", PartitionId{0}};

OffsetRange Of(int64_t start, int64_t end) { return {kPartition, Offset{start}, Offset{end}}; }

struct Case {
  const char* what;
  int64_t position;
  AvailableRange available;
  int64_t lost_start, lost_end;  // equal: nothing lost
  int64_t resume;
};

// The range is [100, 200).
const Case kCases[] = {
    {"whole range aged out", 100, {Offset{300}, Offset{400}}, 100, 200, 200},
    {"log begins at the range's end", 100, {Offset{200}, Offset{400}}, 100, 200, 200},
    {"beginning aged out", 100, {Offset{150}, Offset{400}}, 100, 150, 150},
    {"middle aged out while reading", 120, {Offset{150}, Offset{400}}, 120, 150, 150},
    {"everything there: fetch again", 100, {Offset{0}, Offset{400}}, 0, 0, 100},
    {"log begins just here", 100, {Offset{100}, Offset{400}}, 0, 0, 100},
    {"truncated before the position", 100, {Offset{0}, Offset{50}}, 100, 200, 200},
    {"truncated at the position", 150, {Offset{0}, Offset{150}}, 150, 200, 200},
    {"truncated behind the position: read up to there first",
     100,
     {Offset{0}, Offset{150}},
     0,
     0,
     100},
    {"empty log", 100, {Offset{0}, Offset{0}}, 100, 200, 200},
};

TEST(RecoverOutOfRangeTest, LosesExactlyWhatIsGone) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    const Recovery recovery = RecoverOutOfRange(Of(100, 200), Offset{c.position}, c.available);
    EXPECT_EQ(recovery.resume, Offset{c.resume});
    EXPECT_EQ(recovery.lost.has_value(), c.lost_start != c.lost_end);
    if (recovery.lost) {
      EXPECT_EQ(*recovery.lost, Of(c.lost_start, c.lost_end));
    }
  }
}

TEST(LostInJumpTest, GapInTheLogIsNoLoss) {
  EXPECT_FALSE(LostInJump(Of(0, 100), Offset{10}, Offset{20}, Offset{0}));
  EXPECT_FALSE(LostInJump(Of(0, 100), Offset{10}, Offset{20}, Offset{10}));
  EXPECT_FALSE(LostInJump(Of(0, 100), Offset{10}, Offset{20}, Offset{-1}));  // earliest not known
}

TEST(LostInJumpTest, WhatLiesBelowTheLogIsLost) {
  EXPECT_EQ(LostInJump(Of(0, 100), Offset{10}, Offset{20}, Offset{20}), Of(10, 20));
  EXPECT_EQ(LostInJump(Of(0, 100), Offset{10}, Offset{20}, Offset{15}), Of(10, 15));
  EXPECT_EQ(LostInJump(Of(0, 100), Offset{10}, Offset{120}, Offset{110}), Of(10, 100));
}

TEST(DataLossTest, ErrorSaysWhatWhereWhatWasKeptAndWhatToDo) {
  const Status status = DataLossError(CouldNotRead(Of(10, 40), {Offset{40}, Offset{100}}));
  EXPECT_EQ(status.code(), "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE");
  EXPECT_TRUE(status.Is(ErrorKind::kStop));
  EXPECT_THAT(
      status.message(),
      StartsWith("Some data may have been lost because they are not available in Kafka any more;"));
  EXPECT_THAT(status.message(), HasSubstr("Could not read records in offset [10, 40) for topic "
                                          "partition t-0; Kafka holds [40, 100)."));
  EXPECT_THAT(status.message(), HasSubstr("were kept"));
  EXPECT_THAT(status.message(), HasSubstr("failOnDataLoss"));
}

TEST(DataLossTest, WarningCountsTheRecords) {
  const SourceWarning warning =
      DataLossWarning(CouldNotRead(Of(10, 40), {Offset{40}, Offset{100}}));
  EXPECT_EQ(warning.code, "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE");
  EXPECT_EQ(warning.records_lost, 30);
}

}  // namespace
}  // namespace sluice::kafka
