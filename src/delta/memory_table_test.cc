// SPDX-License-Identifier: Apache-2.0
//
// The fake keeps the contract of the real table.
#include "delta/testing/memory_table.h"

#include <gtest/gtest.h>

namespace sluice::delta {
namespace {

AppendRequest BatchOf(const std::string& app_id, int64_t batch) {
  AppendRequest request;
  request.app_id = app_id;
  request.batch = BatchId{batch};
  return request;
}

class MemoryTableTest : public ::testing::Test {
 protected:
  const DataType long_{TypeKind::kLong};
  std::shared_ptr<MemoryLog> log_ =
      std::make_shared<MemoryLog>(Schema{{{"a", DataType(TypeKind::kLong)}}});
  MemoryTable table_{log_};
};

TEST_F(MemoryTableTest, CommitsAndRemembers) {
  const auto outcome = table_.Append(BatchOf("q", 0));
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->version, TableVersion{1});
  EXPECT_EQ(table_.LastBatch("q").value(), BatchId{0});
  EXPECT_EQ(table_.Append(BatchOf("q", 0))->kind, CommitOutcome::Kind::kAlreadyCommitted);
  EXPECT_EQ(log_->commits().size(), 1u);
}

TEST_F(MemoryTableTest, NewColumnsStay) {
  AppendRequest request = BatchOf("q", 0);
  request.new_columns = {{{}, {"b", DataType::Array(DataType::Struct({{"x", long_}}))}}};
  ASSERT_TRUE(table_.Append(request).ok());
  request.batch = BatchId{1};
  request.new_columns = {{{"b", "element"}, {"y", long_}}};
  EXPECT_EQ(table_.StatsColumns({{{}, {"c", DataType::Struct({{"z", long_}})}}}).value(),
            (std::vector<NamePath>{{"a"}, {"b"}, {"c", "z"}}));
  ASSERT_TRUE(table_.Append(request).ok());
  EXPECT_EQ(MemoryTable(log_).info().schema.ToDdl(),
            "a BIGINT, b ARRAY<STRUCT<x: BIGINT, y: BIGINT>>");
}

TEST_F(MemoryTableTest, AnotherWriterIsSteppedOverOrFences) {
  log_->ConflictNext(1);
  EXPECT_EQ(table_.Append(BatchOf("q", 0))->conflicts, 1);
  log_->CommitElsewhere("q", BatchId{1});
  EXPECT_EQ(table_.Append(BatchOf("q", 1)).status().code(), "FENCED");
  ASSERT_TRUE(table_.Refresh().ok());
  EXPECT_EQ(table_.LastBatch("q").value(), BatchId{1});
}

TEST_F(MemoryTableTest, FaultsComeAsTold) {
  log_->FailNext(Status::Retry("NO_SPACE", "full"), 2);
  EXPECT_EQ(table_.Append(BatchOf("q", 0)).status().code(), "NO_SPACE");
  EXPECT_EQ(table_.Append(BatchOf("q", 0)).status().code(), "NO_SPACE");
  log_->LoseNextAnswer();
  EXPECT_EQ(table_.Append(BatchOf("q", 0)).status().code(), "STORAGE");
  EXPECT_EQ(log_->commits().size(), 1u);
  EXPECT_EQ(table_.Append(BatchOf("q", 0))->kind, CommitOutcome::Kind::kAlreadyCommitted);
  log_->FailNextRefresh(Status::Retry("STORAGE", "down"));
  EXPECT_FALSE(table_.Refresh().ok());
  EXPECT_TRUE(table_.Refresh().ok());
}

}  // namespace
}  // namespace sluice::delta
