// SPDX-License-Identifier: Apache-2.0
#include "cli/run_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/shell_words.h"

namespace sluice::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

config::JobConfig Job() {
  config::JobConfig job;
  job.query.table_path = "/data/my table";
  return job;
}

TEST(FormatSummary, ShowsHowToReadTheTableWithThisProgram) {
  RunTotals totals;
  totals.records = 1000;
  totals.rows = 12345;
  totals.batches = 3;
  totals.table_version = 41;
  totals.elapsed_seconds = 5;
  const std::string text = FormatSummary(Job(), totals);
  EXPECT_THAT(text, HasSubstr("1,000 records, 12,345 rows in 3 batches"));
  EXPECT_THAT(text, HasSubstr("; 2,469 rows/s; "));
  EXPECT_THAT(text, Not(HasSubstr("peak memory 0")));
  EXPECT_THAT(text, HasSubstr("The table /data/my table is at version 41."));
  EXPECT_THAT(text, HasSubstr("\n  " + CallOfThisProgram() + " table show '/data/my table'\n"));
}

TEST(FormatSummary, WithoutABatchThereIsNothingToRead) {
  const std::string text = FormatSummary(Job(), RunTotals{});
  EXPECT_THAT(text, HasSubstr("no batch was committed by this run"));
  EXPECT_THAT(text, Not(HasSubstr("table show")));
}

}  // namespace
}  // namespace sluice::cli
