// SPDX-License-Identifier: Apache-2.0
//
// Lost answers and refused writes: a decorator around the real bridge over a real table.
#include <gtest/gtest.h>

#include <future>
#include <stop_token>

#include "core/testing/manual_clock.h"
#include "delta/delta_table.h"
#include "delta/random_uuid.h"
#include "delta/testing/faulty_bridge.h"
#include "delta/testing/table_fixture.h"

namespace sluice::delta {
namespace {

using testing::BatchOf;
using testing::FaultyBridge;
using testing::TableTest;
using Fault = FaultyBridge::Fault;
using namespace std::chrono_literals;

class TableFaultTest : public TableTest {
 protected:
  void SetUp() override {
    TableTest::SetUp();
    ASSERT_TRUE(Created() != nullptr);
    bridge_ = std::make_shared<FaultyBridge>(OpenBridge(path_.string()).value());
    RetryPolicy retry;
    retry.max_attempts = 5;
    auto table = DeltaTable::Make(path_.string(), bridge_, {&SystemClock(), SeededRandom(), retry});
    ASSERT_TRUE(table.ok()) << table.status().ToString();
    table_ = std::move(table).value();
  }

  bool HasVersion(int64_t version) const { return std::filesystem::exists(CommitPath(version)); }

  std::shared_ptr<FaultyBridge> bridge_;
  std::unique_ptr<Table> table_;
};

class LandedTest : public TableFaultTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(LandedTest, ACommitWhoseAnswerIsLostIsFoundInTheLog) {
  bridge_->commit_faults = {GetParam()};
  for (int64_t batch : {0, 1}) {
    const auto outcome = table_->Append(BatchOf("q", batch, {"a.parquet"}));
    ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
    EXPECT_EQ(outcome->kind, CommitOutcome::Kind::kCommitted);
    EXPECT_EQ(outcome->version, TableVersion{batch + 1});
    EXPECT_EQ(outcome->conflicts, 0);
    EXPECT_EQ(table_->LastBatch("q").value(), BatchId{batch});
  }
  EXPECT_FALSE(HasVersion(3));
}

INSTANTIATE_TEST_SUITE_P(Ways, LandedTest,
                         ::testing::Values(Fault::kLandedButUnknown, Fault::kLandedButError,
                                           Fault::kLandedWithoutAfter));

TEST_F(TableFaultTest, ALostAnswerAmongOtherWritersIsFoundToo) {
  ASSERT_TRUE(Opened()->Append(BatchOf("other", 0, {"x.parquet"})).ok());
  bridge_->commit_faults = {Fault::kNone, Fault::kLandedButUnknown};
  const auto outcome = table_->Append(BatchOf("q", 0, {"a.parquet"}));
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->version, TableVersion{2});
  EXPECT_EQ(outcome->conflicts, 1);
}

TEST_F(TableFaultTest, ALostAnswerThatCannotBeLookedUpIsLookedUpNextTime) {
  bridge_->commit_faults = {Fault::kLandedButError};
  bridge_->refresh_failures = 2;
  for (int call = 0; call < 2; ++call) {
    const auto outcome = table_->Append(BatchOf("q", 0, {"a.parquet"}));
    ASSERT_FALSE(outcome.ok());
    EXPECT_TRUE(outcome.status().Is(ErrorKind::kRetry));
  }
  const auto outcome = table_->Append(BatchOf("q", 0, {"a.parquet"}));
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->kind, CommitOutcome::Kind::kCommitted);
  EXPECT_EQ(outcome->version, TableVersion{1});
  EXPECT_EQ(bridge_->commits, 1);
  EXPECT_FALSE(HasVersion(2));
}

// A try that fails in both ways at once: whether it is in cannot be looked up before the next call.
class LookedUpLaterTest : public TableFaultTest {
 protected:
  void TryInTheDark(Fault fault) {
    bridge_->commit_faults = {fault};
    bridge_->refresh_failures = 1;
    EXPECT_TRUE(table_->Append(Batch(0)).status().Is(ErrorKind::kRetry));
  }
  AppendRequest Batch(int64_t batch) const { return BatchOf("q", batch, {"a.parquet"}); }
  // ALTER TABLE by somebody else: other columns, or a property.
  void Alter(int64_t version, const std::string& from, const std::string& to) {
    std::string metadata = testing::Lines(CommitText(0))[2];
    const size_t at = metadata.find(from);
    ASSERT_NE(at, std::string::npos) << metadata;
    WriteCommit(version, {R"({"commitInfo":{"timestamp":1,"operation":"ALTER TABLE","txnId":"f"}})",
                          metadata.replace(at, from.size(), to)});
  }
  void AlterType(int64_t version) { Alter(version, R"(\"long\")", R"(\"string\")"); }
};

TEST_F(LookedUpLaterTest, AForeignChangeOfColumnsMeanwhileStopsTheRetry) {
  TryInTheDark(Fault::kNoSpace);
  AlterType(1);
  const auto outcome = table_->Append(Batch(0));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.status().code(), "METADATA_CHANGED");
  EXPECT_FALSE(HasVersion(2));
}

TEST_F(LookedUpLaterTest, AForeignChangeOfColumnsAfterOurCommitStopsTheNextBatch) {
  TryInTheDark(Fault::kLandedButError);
  AlterType(2);
  const auto outcome = table_->Append(Batch(0));
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->version, TableVersion{1});
  EXPECT_EQ(outcome->conflicts, 0);
  EXPECT_EQ(table_->Append(Batch(1)).status().code(), "METADATA_CHANGED");
  EXPECT_FALSE(HasVersion(3));
}

TEST_F(LookedUpLaterTest, AForeignConstraintAfterOurCommitStopsTheNextBatchByItsName) {
  TryInTheDark(Fault::kLandedButError);
  Alter(2, R"("configuration":{)", R"("configuration":{"delta.constraints.positive":"id > 0")");
  ASSERT_TRUE(table_->Append(Batch(0)).ok());
  EXPECT_EQ(table_->Append(Batch(1)).status().code(), "UNSUPPORTED_FEATURE");
}

TEST_F(LookedUpLaterTest, TheBatchOfASecondProcessMeanwhileIsNotTakenForOurs) {
  TryInTheDark(Fault::kNoSpace);
  ASSERT_TRUE(Opened()->Append(Batch(0)).ok());
  const auto outcome = table_->Append(Batch(0));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.status().code(), "FENCED");
}

// The batch is found, but the table as it left it cannot be read: that is made up for later, and the
// query does not take itself for a second process.
TEST_F(LookedUpLaterTest, AFoundCommitThatCannotBeLookedAtIsLookedAtWithTheNextBatch) {
  TryInTheDark(Fault::kLandedButError);
  ASSERT_TRUE(Opened()->Append(BatchOf("other", 0, {"x.parquet"})).ok());
  bridge_->load_failures = 1;
  const auto found = table_->Append(Batch(0));
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  EXPECT_EQ(found->version, TableVersion{1});
  EXPECT_EQ(table_->info().version, TableVersion{0});
  EXPECT_EQ(table_->LastBatch("q").value(), BatchId{0});
  bridge_->refresh_failures = 1;
  EXPECT_TRUE(table_->Append(Batch(1)).status().Is(ErrorKind::kRetry));
  const auto next = table_->Append(Batch(1));
  ASSERT_TRUE(next.ok()) << next.status().ToString();
  EXPECT_EQ(next->version, TableVersion{3});
  EXPECT_EQ(bridge_->commits, 2) << "no attempt on a version that is known to be taken";
}

TEST_F(LookedUpLaterTest, ACommitWithoutASnapshotMovesNoFurtherThanToItself) {
  bridge_->commit_faults = {Fault::kLandedWithoutAfter};
  bridge_->after_commit = [&] { AlterType(2); };
  ASSERT_TRUE(table_->Append(Batch(0)).ok());
  EXPECT_EQ(table_->info().version, TableVersion{1});
  bridge_->after_commit = nullptr;
  EXPECT_EQ(table_->Append(Batch(1)).status().code(), "METADATA_CHANGED");
}

TEST_F(TableFaultTest, AnUnknownThatDidNotLandIsTheCallersToRepeat) {
  bridge_->commit_faults = {Fault::kUnknown};
  const auto first = table_->Append(BatchOf("q", 0, {"a.parquet"}));
  EXPECT_EQ(first.status().code(), "STORAGE");
  EXPECT_TRUE(first.status().Is(ErrorKind::kRetry));
  const auto second = table_->Append(BatchOf("q", 0, {"a.parquet"}));
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->kind, CommitOutcome::Kind::kCommitted);
  EXPECT_EQ(second->version, TableVersion{1});
}

TEST_F(TableFaultTest, AFullDiskIsSaidAndGoesOnWhenThereIsRoom) {
  bridge_->commit_faults = {Fault::kNoSpace, Fault::kNoSpace};
  for (int call = 0; call < 2; ++call) {
    const auto outcome = table_->Append(BatchOf("q", 0, {"a.parquet"}));
    EXPECT_EQ(outcome.status().code(), "NO_SPACE");
    EXPECT_TRUE(outcome.status().Is(ErrorKind::kRetry));
    EXPECT_FALSE(HasVersion(1));
  }
  ASSERT_TRUE(table_->Append(BatchOf("q", 0, {"a.parquet"})).ok());
  EXPECT_EQ(Opened()->LastBatch("q").value(), BatchId{0});
}

TEST_F(TableFaultTest, AfterTheLastAttemptTheBatchIsNotInAndMayBeTriedAgain) {
  // Somebody else is always faster: each refresh is followed by another foreign version.
  class Rival : public FaultyBridge {
   public:
    Rival(std::shared_ptr<Bridge> real, std::string path)
        : FaultyBridge(std::move(real)), path_(std::move(path)) {}
    Result<CommitAttempt> Commit(const Snapshot& base, const CommitSpec& spec) override {
      auto other = OpenTable(path_).value();
      EXPECT_TRUE(other->Append(BatchOf("other", next_++, {"x.parquet"})).ok());
      return FaultyBridge::Commit(base, spec);
    }

   private:
    std::string path_;
    int64_t next_ = 0;
  };
  auto rival = std::make_shared<Rival>(OpenBridge(path_.string()).value(), path_.string());
  RetryPolicy retry;
  retry.max_attempts = 4;
  auto table =
      DeltaTable::Make(path_.string(), rival, {&SystemClock(), SeededRandom(), retry}).value();
  const auto outcome = table->Append(BatchOf("q", 0, {"a.parquet"}));
  EXPECT_EQ(outcome.status().code(), "CONFLICTS");
  EXPECT_TRUE(outcome.status().Is(ErrorKind::kRetry));
  EXPECT_EQ(rival->commits, 4);
  EXPECT_EQ(Opened()->LastBatch("q").value(), std::nullopt);
}

// Up to fifty seconds of pauses would be no stop at a batch boundary.
TEST_F(TableFaultTest, AStopEndsThePauseBetweenTwoAttempts) {
  ManualClock clock(0);
  auto table =
      DeltaTable::Make(path_.string(), bridge_, {&clock, SeededRandom(), RetryPolicy{}}).value();
  ASSERT_TRUE(Opened()->Append(BatchOf("other", 0, {"x.parquet"})).ok());
  std::stop_source stop;
  AppendRequest request = BatchOf("q", 0, {"a.parquet"});
  request.stop = stop.get_token();
  std::future<Status> answer =
      std::async(std::launch::async, [&] { return table->Append(request).status(); });
  while (clock.sleepers() == 0 && answer.wait_for(1ms) != std::future_status::ready) continue;
  stop.request_stop();
  EXPECT_TRUE(answer.get().Is(ErrorKind::kCancelled));
  EXPECT_FALSE(HasVersion(2));
}

TEST_F(TableFaultTest, WithoutAChecksumTheTableWorksAllTheSame) {
  auto bridge = std::make_shared<FaultyBridge>(OpenBridge(path_.string()).value());
  std::filesystem::remove(path_ / "_delta_log" / "00000000000000000000.crc");
  bridge->checksum_refusals = 100;
  auto table =
      DeltaTable::Make(path_.string(), bridge, {&SystemClock(), SeededRandom(), {}}).value();
  for (int64_t batch = 0; batch < 25; ++batch) {
    ASSERT_TRUE(table->Append(BatchOf("q", batch, {"a.parquet"})).ok());
    table->Maintain();
  }
  table->FinishMaintenance({});
  EXPECT_EQ(table->TakeWarnings(), std::vector<std::string>{});
  EXPECT_EQ(Opened()->LastBatch("q").value(), BatchId{24});
}

// What somebody does to the table's directory while a query runs on it.
class ReplacedTest : public TableFaultTest {
 protected:
  void SetUp() override {
    TableFaultTest::SetUp();
    for (int64_t batch : {0, 1}) {
      if (batch == 1) std::filesystem::copy(Log(), directory_ / "copy");
      ASSERT_TRUE(table_->Append(BatchOf("q", batch, {"a.parquet"})).ok());
    }
  }
  std::filesystem::path Log() const { return path_ / "_delta_log"; }
  void ExpectReplaced(const std::string& found) {
    const Status status = table_->Append(BatchOf("q", 2, {"a.parquet"})).status();
    EXPECT_EQ(status.code(), "TABLE_REPLACED");
    EXPECT_TRUE(status.Is(ErrorKind::kStop));
    EXPECT_NE(status.message().find(found), std::string::npos) << status.message();
    EXPECT_FALSE(HasVersion(3));
  }
};

TEST_F(ReplacedTest, ATableRestoredFromACopyGetsNoVersionThatFollowsNothing) {
  std::filesystem::remove_all(Log());
  std::filesystem::copy(directory_ / "copy", Log());
  ExpectReplaced("its newest is 1");
}

TEST_F(ReplacedTest, ALogThatIsGoneIsNotBegunInItsMiddle) {
  std::filesystem::remove_all(Log());
  ExpectReplaced("version 2");
  EXPECT_FALSE(std::filesystem::exists(Log()));
}

TEST_F(ReplacedTest, ACopyThatOthersHaveWrittenToIsNotTakenForOurs) {
  std::filesystem::remove_all(Log());
  std::filesystem::copy(directory_ / "copy", Log());
  ASSERT_TRUE(Opened()->Append(BatchOf("other", 0, {"x.parquet"})).ok());
  ExpectReplaced("another commit has that number");
}

TEST_F(ReplacedTest, ALogCutShortBehindACheckpointIsWhole) {
  const auto bridge = OpenBridge(path_.string()).value();
  ASSERT_TRUE(bridge->WriteCheckpoint(bridge->Load(std::nullopt).value()).ok());
  for (int64_t version : {0, 1, 2}) std::filesystem::remove(CommitPath(version));
  const auto outcome = table_->Append(BatchOf("q", 2, {"a.parquet"}));
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->version, TableVersion{3});
}

}  // namespace
}  // namespace sluice::delta
