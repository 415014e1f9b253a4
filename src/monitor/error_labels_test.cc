// SPDX-License-Identifier: Apache-2.0
#include "monitor/error_labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::monitor {
namespace {

TEST(ErrorLabels, ComeFromTheCodeOfAStatus) {
  const auto is = [](const char* code, const char* stage, const char* kind) {
    EXPECT_EQ(LabelsOf(code), (ErrorLabels{stage, kind})) << code;
  };
  is("KAFKA_TOPIC_MISSING", "kafka", "topic_missing");
  is("KAFKA_DATA_LOSS.PARTITIONS_DELETED", "kafka", "data_loss");
  is("KAFKA_ERROR", "kafka", "other");
  is("NO_SPACE", "storage", "no_space");
  is("TABLE_LOG.UNREADABLE", "storage", "other");
  is("CONFLICTS", "commit", "conflict");
  is("CHECKPOINT.IO", "checkpoint", "io");
  is("CHECKPOINT.CORRUPT_FILE", "checkpoint", "other");
  is("SQL_RUNTIME", "sql", "other");
}

TEST(ErrorLabels, ACodeThatNobodyKnowsIsOfTheQuery) {
  EXPECT_EQ(LabelsOf("A_NEW_ONE"), (ErrorLabels{"query", "other"}));
  EXPECT_EQ(LabelsOf(""), (ErrorLabels{"query", "other"}));
}

TEST(ErrorLabels, AreAFewAndEachOnce) {
  const auto all = AllErrorLabels();
  EXPECT_LT(all.size(), 40U);
  for (const char* code : {"KAFKA_UNREACHABLE", "NOT_WRITABLE", "FENCED", "ANY"})
    EXPECT_THAT(all, ::testing::Contains(LabelsOf(code)));
}

}  // namespace
}  // namespace sluice::monitor
