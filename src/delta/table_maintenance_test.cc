// SPDX-License-Identifier: Apache-2.0
//
// Table checkpoints, checksums, log clean-up, and tables whose log has been through something.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <thread>

#include "delta/delta_table.h"
#include "delta/random_uuid.h"
#include "delta/testing/faulty_bridge.h"
#include "delta/testing/table_fixture.h"

namespace sluice::delta {
namespace {

namespace fs = std::filesystem;
using testing::BatchOf;
using testing::FaultyBridge;
using testing::ReadText;
using testing::TableTest;

class TableMaintenanceTest : public TableTest {
 protected:
  void AppendBatches(Table& table, int64_t from, int64_t to) {
    for (int64_t batch = from; batch < to; ++batch) {
      const auto outcome =
          table.Append(BatchOf("q", batch, {"part-" + std::to_string(batch) + ".parquet"}));
      ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
      table.Maintain();
    }
  }
  void Maintained(Table& table) {
    table.FinishMaintenance({});
    EXPECT_EQ(table.TakeWarnings(), std::vector<std::string>{});
  }
  fs::path LogFile(int64_t version, const std::string& suffix) const {
    return CommitPath(version).replace_extension("").string() + suffix;
  }
  bool Has(int64_t version, const std::string& suffix) const {
    return fs::exists(LogFile(version, suffix));
  }
  int64_t HintedVersion() const {
    return nlohmann::json::parse(ReadText(path_ / "_delta_log" / "_last_checkpoint"))["version"];
  }
  // As if the log files up to that version had been written `days` ago.
  void Age(int64_t up_to, int days) {
    for (const auto& entry : fs::directory_iterator(path_ / "_delta_log")) {
      const std::string name = entry.path().filename().string();
      if (name.size() < 20 || name[0] < '0' || name[0] > '9') continue;
      if (std::stoll(name.substr(0, 20)) <= up_to) {
        fs::last_write_time(entry,
                            fs::file_time_type::clock::now() - std::chrono::hours(24) * days);
      }
    }
  }
};

TEST_F(TableMaintenanceTest, EveryTenthVersionHasACheckpointAndAChecksum) {
  auto table = Created();
  for (int64_t batch = 0; batch < 25; ++batch) {
    AppendBatches(*table, batch, batch + 1);
    Maintained(*table);
  }
  for (int64_t version : {10, 20}) {
    EXPECT_TRUE(Has(version, ".checkpoint.parquet")) << version;
    EXPECT_TRUE(Has(version, ".crc")) << version;
  }
  for (int64_t version : {9, 11, 25}) EXPECT_FALSE(Has(version, ".checkpoint.parquet")) << version;
  EXPECT_EQ(HintedVersion(), 20);
  auto opened = Opened();
  EXPECT_EQ(opened->info().version, TableVersion{25});
  EXPECT_EQ(opened->LastBatch("q").value(), BatchId{24});
}

TEST_F(TableMaintenanceTest, TheIntervalIsTheTables) {
  auto table = Created({}, {{"delta.checkpointInterval", "3"}});
  for (int64_t batch = 0; batch < 7; ++batch) {
    AppendBatches(*table, batch, batch + 1);
    Maintained(*table);
  }
  EXPECT_TRUE(Has(3, ".checkpoint.parquet"));
  EXPECT_TRUE(Has(6, ".checkpoint.parquet"));
  EXPECT_FALSE(Has(4, ".checkpoint.parquet"));
}

// The next batch does not wait: with maintenance always in flight, every batch goes in and the log in
// memory is cut off at the checkpoints all the same.
TEST_F(TableMaintenanceTest, AppendsGoOnWhileTheLogIsMaintained) {
  auto table = Created({}, {{"delta.checkpointInterval", "2"}});
  AppendBatches(*table, 0, 60);
  Maintained(*table);
  // How many rounds there were is the machine's affair; the one that is due now is not.
  EXPECT_GT(HintedVersion(), 0);
  AppendBatches(*table, 60, 62);
  Maintained(*table);
  EXPECT_EQ(table->LastBatch("q").value(), BatchId{61});
  auto opened = Opened();
  EXPECT_EQ(opened->info().version, TableVersion{62});
  EXPECT_EQ(opened->LastBatch("q").value(), BatchId{61});
  EXPECT_GT(HintedVersion(), 60);
}

TEST_F(TableMaintenanceTest, ACheckpointIsTakenIntoTheSnapshotWhileBatchesGoOn) {
  ASSERT_TRUE(Created() != nullptr);
  auto bridge = std::make_shared<FaultyBridge>(OpenBridge(path_.string()).value());
  auto snapshot = bridge->Load(std::nullopt).value();
  CommitSpec spec;
  spec.txn_id = "t";
  spec.engine_info = "e";
  spec.app_id = "q";
  Snapshot at_three;
  for (int64_t batch = 0; batch < 6; ++batch) {
    spec.batch = BatchId{batch};
    snapshot = bridge->Commit(snapshot, spec)->after;
    if (batch == 2) at_three = snapshot;
  }
  const auto checkpointed = bridge->WriteCheckpoint(at_three);
  ASSERT_TRUE(checkpointed.ok()) << checkpointed.status().ToString();
  const auto adopted = bridge->Adopt(snapshot, *checkpointed);
  ASSERT_TRUE(adopted.ok()) << adopted.status().ToString();
  const SnapshotInfo before = Describe(snapshot).value();
  const SnapshotInfo after = Describe(*adopted).value();
  EXPECT_EQ(after.checkpoint, TableVersion{3});
  EXPECT_EQ(after.version, before.version);
  EXPECT_EQ(after.schema_json, before.schema_json);
  EXPECT_EQ(after.has_checksum, before.has_checksum);
  EXPECT_EQ(bridge->LastBatch(*adopted, "q").value(), BatchId{5});
  // And it carries the next commit.
  spec.batch = BatchId{6};
  EXPECT_EQ(bridge->Commit(*adopted, spec)->kind, CommitAttempt::Kind::kCommitted);
}

TEST_F(TableMaintenanceTest, TheLastBatchIsKnownAtOnceAfterCheckpoints) {
  auto table = Created();
  for (int64_t batch = 0; batch < 21; ++batch) {
    AppendBatches(*table, batch, batch + 1);
    Maintained(*table);
  }
  auto bridge = OpenBridge(path_.string()).value();
  EXPECT_TRUE(Describe(bridge->Load(std::nullopt).value())->has_checksum);
}

// ALTER TABLE by somebody else breaks the chain of checksums; the next checkpoint mends it.
TEST_F(TableMaintenanceTest, TheChainOfChecksumsHealsAfterAlterTable) {
  auto table = Created({}, {{"delta.checkpointInterval", "5"}});
  AppendBatches(*table, 0, 2);
  const std::string metadata = testing::Lines(CommitText(0))[2];
  WriteCommit(3, {R"({"commitInfo":{"timestamp":1,"operation":"SET TBLPROPERTIES","txnId":"f"}})",
                  metadata});
  for (int64_t batch = 2; batch < 6; ++batch) {
    AppendBatches(*table, batch, batch + 1);
    Maintained(*table);
  }
  EXPECT_TRUE(Has(5, ".checkpoint.parquet"));
  EXPECT_TRUE(Has(5, ".crc"));
  auto bridge = OpenBridge(path_.string()).value();
  EXPECT_TRUE(Describe(bridge->Load(std::nullopt).value())->has_checksum);
}

TEST_F(TableMaintenanceTest, ExpiredFilesGoOnlyBehindAnExpiredCheckpoint) {
  auto table = Created();
  for (int64_t batch = 0; batch < 25; ++batch) {
    AppendBatches(*table, batch, batch + 1);
    Maintained(*table);
  }
  Age(15, 40);
  for (int64_t batch = 25; batch < 30; ++batch) {
    AppendBatches(*table, batch, batch + 1);
    table->FinishMaintenance({});
  }
  // The cutoff was already used today by this process; a new one cleans at its first checkpoint.
  table.reset();
  table = Opened();
  AppendBatches(*table, 30, 40);
  Maintained(*table);
  for (int64_t version = 0; version < 10; ++version) EXPECT_FALSE(Has(version, ".json")) << version;
  EXPECT_FALSE(Has(0, ".crc"));
  for (int64_t version = 10; version <= 40; ++version)
    EXPECT_TRUE(Has(version, ".json")) << version;
  EXPECT_TRUE(Has(10, ".checkpoint.parquet"));
  EXPECT_EQ(Opened()->LastBatch("q").value(), BatchId{39});
  EXPECT_TRUE(OpenBridge(path_.string()).value()->Load(TableVersion{12}).ok());
}

TEST_F(TableMaintenanceTest, NothingGoesWhenTheTableSaysSo) {
  auto table = Created({}, {{"delta.enableExpiredLogCleanup", "false"}});
  AppendBatches(*table, 0, 10);
  Maintained(*table);
  Age(10, 400);
  AppendBatches(*table, 10, 20);
  Maintained(*table);
  EXPECT_TRUE(Has(0, ".json"));
}

TEST_F(TableMaintenanceTest, ABadRetentionIsSpokenOfAndKeepsEverything) {
  auto table = Created({}, {{"delta.logRetentionDuration", "a month"}});
  AppendBatches(*table, 0, 10);
  table->FinishMaintenance({});
  const auto warnings = table->TakeWarnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("'a month' is no interval"), std::string::npos);
  EXPECT_TRUE(Has(10, ".checkpoint.parquet"));
}

TEST_F(TableMaintenanceTest, StagedCommitsOfACrashAreSweptOnceOld) {
  auto table = Created();
  const fs::path log = path_ / "_delta_log";
  for (const char* name : {"00000000000000000003.json#1", "00000000000000000009.json#1"})
    std::ofstream(log / name) << "{}";
  fs::last_write_time(log / "00000000000000000003.json#1",
                      fs::file_time_type::clock::now() - std::chrono::hours(2));
  AppendBatches(*table, 0, 10);
  Maintained(*table);
  EXPECT_FALSE(fs::exists(log / "00000000000000000003.json#1"));
  EXPECT_TRUE(fs::exists(log / "00000000000000000009.json#1"));
}

TEST_F(TableMaintenanceTest, AHintToACheckpointThatIsGoneDoesNotLockTheTable) {
  auto table = Created({}, {{"delta.checkpointInterval", "5"}});
  for (int64_t batch = 0; batch < 11; ++batch) {
    AppendBatches(*table, batch, batch + 1);
    Maintained(*table);
  }
  table.reset();
  fs::remove(LogFile(10, ".checkpoint.parquet"));
  EXPECT_EQ(HintedVersion(), 10);
  table = Opened();
  ASSERT_TRUE(table != nullptr);
  EXPECT_EQ(table->LastBatch("q").value(), BatchId{10});
  AppendBatches(*table, 11, 15);
  Maintained(*table);
  EXPECT_GE(HintedVersion(), 12);
}

// With the beginning gone too, what is left must not pass for the whole table.
TEST_F(TableMaintenanceTest, AHintToACheckpointThatIsGoneWithWhatItReplacedIsDamage) {
  auto table = Created({}, {{"delta.checkpointInterval", "5"}});
  AppendBatches(*table, 0, 5);
  Maintained(*table);
  AppendBatches(*table, 5, 7);
  table.reset();
  fs::remove(LogFile(5, ".checkpoint.parquet"));
  for (int64_t version = 0; version < 5; ++version) fs::remove(CommitPath(version));
  const auto opened = OpenTable(path_.string());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), "TABLE_LOG.UNREADABLE") << opened.status().ToString();
}

TEST_F(TableMaintenanceTest, AFailedCheckpointIsSpokenOfAndHindersNothing) {
  class NoCheckpoints : public FaultyBridge {
   public:
    using FaultyBridge::FaultyBridge;
    Result<Snapshot> WriteCheckpoint(const Snapshot&) override {
      return Status::Retry("NO_SPACE", "No space left on device");
    }
  };
  ASSERT_TRUE(Created() != nullptr);
  auto bridge = std::make_shared<NoCheckpoints>(OpenBridge(path_.string()).value());
  auto table =
      DeltaTable::Make(path_.string(), bridge, {&SystemClock(), SeededRandom(), {}}).value();
  AppendBatches(*table, 0, 15);
  table->FinishMaintenance({});
  const auto warnings = table->TakeWarnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("no table checkpoint at version 10"), std::string::npos)
      << warnings[0];
  EXPECT_EQ(Opened()->LastBatch("q").value(), BatchId{14});
}

// A checkpoint that takes as long as its test wants.
class SlowCheckpoints : public FaultyBridge {
 public:
  using FaultyBridge::FaultyBridge;
  Result<Snapshot> WriteCheckpoint(const Snapshot& snapshot) override {
    goes_on.wait(false);
    return FaultyBridge::WriteCheckpoint(snapshot);
  }
  void GoOn() {
    goes_on = true;
    goes_on.notify_all();
  }

 private:
  std::atomic<bool> goes_on = false;
};

TEST_F(TableMaintenanceTest, AStopDoesNotWaitForALongCheckpoint) {
  ASSERT_TRUE(Created() != nullptr);
  auto bridge = std::make_shared<SlowCheckpoints>(OpenBridge(path_.string()).value());
  auto table =
      DeltaTable::Make(path_.string(), bridge, {&SystemClock(), SeededRandom(), {}}).value();
  AppendBatches(*table, 0, 10);
  std::stop_source stop;
  stop.request_stop();
  const auto begun = std::chrono::steady_clock::now();
  table->FinishMaintenance(stop.get_token());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  const auto warnings = table->TakeWarnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("version 10"), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[0].find("longer than a stop may"), std::string::npos) << warnings[0];
  // The table does not need it, and the checkpoint ends in peace, with nothing after it.
  ASSERT_TRUE(table->Append(BatchOf("q", 10, {"b.parquet"})).ok());
  table.reset();
  bridge->GoOn();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (bridge.use_count() > 1 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(bridge.use_count(), 1);
  EXPECT_TRUE(Has(10, ".checkpoint.parquet"));
  EXPECT_FALSE(Has(10, ".crc"));
  EXPECT_EQ(Opened()->LastBatch("q").value(), BatchId{10});
}

// The thread that was left to itself is still at work while the process ends.
TEST_F(TableMaintenanceTest, AProcessEndsWellInTheMiddleOfACheckpoint) {
  ASSERT_TRUE(Created() != nullptr);
  const auto run = [&] {
    auto bridge = std::make_shared<SlowCheckpoints>(OpenBridge(path_.string()).value());
    auto table =
        DeltaTable::Make(path_.string(), bridge, {&SystemClock(), SeededRandom(), {}}).value();
    AppendBatches(*table, 0, 10);
    std::stop_source stop;
    stop.request_stop();
    table->FinishMaintenance(stop.get_token());
    bridge->GoOn();
    table.reset();
    bridge.reset();
    std::exit(7);
  };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(7), "");
  EXPECT_EQ(Opened()->LastBatch("q").value(), BatchId{9});
}

TEST_F(TableMaintenanceTest, WithoutAStopALongCheckpointIsWaitedFor) {
  ASSERT_TRUE(Created() != nullptr);
  auto bridge = std::make_shared<SlowCheckpoints>(OpenBridge(path_.string()).value());
  auto table =
      DeltaTable::Make(path_.string(), bridge, {&SystemClock(), SeededRandom(), {}}).value();
  AppendBatches(*table, 0, 10);
  std::jthread later([&] {
    std::this_thread::sleep_for(Maintenance::kStopPatience + std::chrono::milliseconds(300));
    bridge->GoOn();
  });
  Maintained(*table);
  EXPECT_TRUE(Has(10, ".checkpoint.parquet"));
  EXPECT_TRUE(Has(10, ".crc"));
}

TEST_F(TableMaintenanceTest, AGapInTheLogIsNoAbsentTable) {
  auto table = Created();
  AppendBatches(*table, 0, 5);
  table.reset();
  fs::remove(CommitPath(3));
  const auto opened = OpenTable(path_.string());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), "TABLE_LOG.UNREADABLE") << opened.status().ToString();
  EXPECT_TRUE(opened.status().Is(ErrorKind::kStop));
  EXPECT_NE(opened.status().message().find("3"), std::string::npos) << opened.status().message();
}

TEST_F(TableMaintenanceTest, ATableWithoutItsFirstVersionsOpensFromItsCheckpoint) {
  auto table = Created({}, {{"delta.checkpointInterval", "5"}});
  AppendBatches(*table, 0, 5);
  Maintained(*table);
  AppendBatches(*table, 5, 7);
  table.reset();
  for (int64_t version = 0; version < 5; ++version) fs::remove(CommitPath(version));
  fs::remove(path_ / "_delta_log" / "00000000000000000000.crc");
  EXPECT_EQ(Opened()->LastBatch("q").value(), BatchId{6});
}

}  // namespace
}  // namespace sluice::delta
