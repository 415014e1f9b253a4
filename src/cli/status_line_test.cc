// SPDX-License-Identifier: Apache-2.0
#include "cli/status_line.h"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

RunStatus Running() {
  RunStatus status;
  status.state = "running";
  status.rows = 1234567;
  status.rows_per_second = 52300.7;
  status.table_version = 41;
  status.freshness_seconds = 0.31;
  status.memory_bytes = 181000000;
  return status;
}

TEST(FormatStatusLine, OfARunningQuery) {
  EXPECT_EQ(FormatStatusLine(Running(), 200),
            "1,234,567 rows  52,300 rows/s  version 41  freshness 0.3 s  memory 181 MB");
}

TEST(FormatStatusLine, BeforeTheFirstBatch) {
  RunStatus status;
  status.state = "waiting: TOPIC_MISSING";
  status.memory_bytes = 40000000;
  EXPECT_EQ(FormatStatusLine(status, 200),
            "waiting: TOPIC_MISSING  0 rows  0 rows/s  memory 40 MB");
}

TEST(FormatStatusLine, DrainingShowsABarWhatIsLeftAndAnEstimate) {
  RunStatus status = Running();
  status.draining = true;
  status.read = 250;
  status.remaining = 750;
  status.draining_seconds = 40;
  EXPECT_EQ(FormatStatusLine(status, 200),
            "[#####...............] 25 %  750 left  about 2 min 00 s  1,234,567 rows  52,300 "
            "rows/s  version 41  freshness 0.3 s  memory 181 MB");
  status.remaining = 0;
  EXPECT_EQ(FormatStatusLine(status, 200).substr(0, 36), "[####################] 100 %  0 left");
}

TEST(FormatStatusLine, DrainingBeforeTheFirstCommit) {
  RunStatus status;
  status.state = "running";
  status.draining = true;
  EXPECT_EQ(FormatStatusLine(status, 200), "0 rows  0 rows/s  memory 0 B")
      << "nobody knows yet what there is";
  status.remaining = 5000;
  EXPECT_EQ(FormatStatusLine(status, 200),
            "[....................] 0 %  5,000 left  0 rows  0 rows/s  memory 0 B");
  status.read = status.uncommitted = 1000;
  status.remaining = 4000;
  status.draining_seconds = 2;
  EXPECT_EQ(FormatStatusLine(status, 200),
            "[####................] 20 %  4,000 left  about 8 s  0 rows  0 rows/s  memory 0 B");
}

TEST(FormatStatusLine, IsNotAtItsEndBeforeTheCommit) {
  RunStatus status;
  status.state = "running";
  status.draining = true;
  status.read = status.uncommitted = 5000;
  EXPECT_EQ(FormatStatusLine(status, 200).substr(0, 35), "[###################.] 99 %  0 left");
  status.uncommitted = 0;
  EXPECT_EQ(FormatStatusLine(status, 200).substr(0, 36), "[####################] 100 %  0 left");
}

TEST(FormatStatusLine, NeverWrapsALine) {
  for (const int width : {0, 20, 40, 60}) {
    EXPECT_LT(FormatStatusLine(Running(), width).size(), static_cast<size_t>(std::max(width, 11)))
        << width;
  }
}

TEST(Human, Numbers) {
  EXPECT_EQ(HumanBytes(999), "999 B");
  EXPECT_EQ(HumanBytes(1500), "2 kB");
  EXPECT_EQ(HumanBytes(1230000000), "1.2 GB");
  EXPECT_EQ(HumanDuration(0.2), "1 s");
  EXPECT_EQ(HumanDuration(200), "3 min 20 s");
  EXPECT_EQ(HumanDuration(7500), "2 h 05 min");
}

}  // namespace
}  // namespace sluice::cli
