// SPDX-License-Identifier: Apache-2.0
#include "kafka/loss_policy.h"

#include <gtest/gtest.h>

namespace sluice::kafka {
namespace {

DataLoss Lost(int64_t from, int64_t to) {
  return CouldNotRead({{"t", PartitionId{0}}, Offset{from}, Offset{to}}, {Offset{to}, Offset{90}});
}

TEST(LossPolicy, StopsUnlessToldToGoOn) {
  LossPolicy policy(true);
  EXPECT_EQ(policy.Report(Lost(10, 40)).code(), "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE");
  EXPECT_TRUE(policy.TakeWarnings().empty());
}

TEST(LossPolicy, KeepsEachLossWithItsCountUntilAsked) {
  LossPolicy policy(false);
  EXPECT_TRUE(policy.Report(Lost(10, 40)).ok());
  EXPECT_TRUE(policy.Report(Lost(50, 55)).ok());
  const auto warnings = policy.TakeWarnings();
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0].records_lost, 30);
  EXPECT_EQ(warnings[1].records_lost, 5);
  EXPECT_TRUE(policy.TakeWarnings().empty());
}

TEST(LossPolicy, ARangeThatIsReadAgainIsLostOnce) {
  LossPolicy policy(false);
  EXPECT_TRUE(policy.Report(Lost(10, 40)).ok());
  EXPECT_TRUE(policy.Report(Lost(10, 40)).ok());
  EXPECT_EQ(policy.TakeWarnings().size(), 1U);
}

}  // namespace
}  // namespace sluice::kafka
