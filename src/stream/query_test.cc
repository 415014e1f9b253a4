// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "checkpoint/log_format.h"
#include "stream/testing/eventually.h"
#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

using namespace std::chrono_literals;

bool Contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// A query that runs on a thread of its own until it is stopped.
class Running {
 public:
  Running(MemoryWorld& world, QueryListener& listener)
      : query_(world.NewQuery(listener)),
        thread_([this] { status_ = query_->Run(stop_.get_token()); }) {}
  Status Stop() {
    stop_.request_stop();
    return Join();
  }
  Status Join() {
    thread_.join();
    return status_;
  }
  Query& query() { return *query_; }

 private:
  std::unique_ptr<Query> query_;
  std::stop_source stop_;
  Status status_;
  std::jthread thread_;
};

TEST(Query, DrainsATopicIntoATable) {
  MemoryWorld world;
  world.Produce(1000);
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(world.Mistakes(), "");
  ASSERT_EQ(listener.progress().size(), 1u);
  EXPECT_EQ(listener.progress()[0].records, 1000);
  EXPECT_EQ(listener.progress()[0].rows, 1000);
  EXPECT_EQ(listener.progress()[0].remaining, 0);
  EXPECT_EQ(listener.states(), (std::vector<std::string>{"starting", "running", "stopped"}));
  EXPECT_EQ(listener.terminations(), 1);
}

TEST(Query, WritesSparksFiles) {
  MemoryWorld world(1);
  world.Produce(3);
  ASSERT_TRUE(world.Drain().ok());
  const auto files = world.disk->files();
  EXPECT_TRUE(files.contains("metadata"));
  EXPECT_EQ(files.at("sources/0/0"), std::string(1, '\0') + "v1\n{\"topic\":{\"0\":0}}");
  EXPECT_EQ(files.at("commits/0"), "v1\n{\"nextBatchWatermarkMs\":0}");
  const auto entry = checkpoint::ParseOffsetLog(files.at("offsets/0"), "offsets/0");
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(entry->offsets.at(world.Partition(0)), Offset{3});
  EXPECT_GE(entry->batch_timestamp_ms, 1'714'550'400'000);
}

TEST(Query, GoesOnWhereItEnded) {
  MemoryWorld world;
  for (int round = 0; round < 5; ++round) {
    world.Produce(37);
    ASSERT_TRUE(world.Drain().ok());
  }
  EXPECT_EQ(world.Mistakes(), "");
  EXPECT_EQ(world.table->commits().size(), 5u);
  ASSERT_TRUE(world.Drain().ok());
  EXPECT_EQ(world.table->commits().size(), 5u) << "no new records, no batch";
}

TEST(Query, HonoursMaxOffsetsPerTrigger) {
  MemoryWorld world;
  world.Produce(1000);
  world.options.limits.max_offsets_per_trigger = 100;
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(world.Mistakes(), "");
  ASSERT_EQ(listener.progress().size(), 10u);
  for (const Progress& progress : listener.progress()) EXPECT_EQ(progress.records, 100);
  EXPECT_EQ(listener.progress()[3].remaining, 600);
}

// The lopsided batch is planned while one lane is not done with the small one before, and would move a
// partition that it holds to the other.
TEST(Query, APartitionChangesLanesOnlyWhenNoLaneReads) {
  MemoryWorld world;
  world.Produce(40);
  ASSERT_TRUE(world.Drain().ok());
  world.Produce(40);
  world.table->FailNext(Status::Stop("CRASHED", ""));
  EXPECT_EQ(world.Drain().code(), "CRASHED");
  for (const int p : {0, 2}) {
    for (int i = 0; i < 30'000; ++i) world.broker->Append(world.Partition(p), "{}");
  }
  world.Produce(40);
  std::atomic<bool> first = true;
  world.broker->set_fault([&](const std::string& operation) {
    if (operation == "read" && first.exchange(false)) std::this_thread::sleep_for(300ms);
    return Status::Ok();
  });
  const Status status = world.Drain();
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(world.Mistakes(), "");
}

TEST(Query, ATopicMadeAnewWithAsManyRecordsIsReadAgain) {
  for (const auto kind : {Trigger::Kind::kAvailableNow, Trigger::Kind::kOnce}) {
    MemoryWorld world;
    world.Produce(100);
    ASSERT_TRUE(world.Drain().ok());
    world.broker->MakeAnew();
    world.options.trigger.kind = kind;
    RecordingListener listener;
    ASSERT_TRUE(world.NewQuery(listener)->Run({}).ok());
    EXPECT_EQ(world.RowsInTable(), 200);
  }
}

TEST(Query, OnceReadsAllInOneBatchWhateverTheLimits) {
  MemoryWorld world;
  world.Produce(1000);
  world.options.limits.max_offsets_per_trigger = 10;
  world.options.trigger.kind = Trigger::Kind::kOnce;
  RecordingListener listener;
  ASSERT_TRUE(world.NewQuery(listener)->Run({}).ok());
  EXPECT_EQ(world.Mistakes(), "");
  EXPECT_EQ(listener.progress().size(), 1u);
}

TEST(Query, AvailableNowIgnoresWhatCameLater) {
  MemoryWorld world;
  world.Produce(100);
  world.options.limits.max_offsets_per_trigger = 10;
  std::atomic<bool> added = false;
  world.files->set_fault([&](const std::string&) {
    if (!added.exchange(true)) world.Produce(50);
    return Status::Ok();
  });
  ASSERT_TRUE(world.Drain().ok());
  EXPECT_EQ(world.RowsInTable(), 100);
  ASSERT_TRUE(world.Drain().ok());
  EXPECT_EQ(world.Mistakes(), "");
}

TEST(Query, AZeroRowBatchIsCommitted) {
  MemoryWorld world(1);
  world.broker->AppendControl(world.Partition(0));
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  ASSERT_EQ(world.table->commits().size(), 1u);
  EXPECT_TRUE(world.table->commits()[0].files.empty());
  EXPECT_TRUE(world.disk->files().contains("commits/0"));
  EXPECT_EQ(listener.progress()[0].records, 0);
}

TEST(Query, ANewPartitionBeginsAtItsEarliestOffset) {
  MemoryWorld world(1);
  world.Produce(5);
  ASSERT_TRUE(world.Drain().ok());
  world.broker->AddPartition({"topic", PartitionId{7}}, 3);
  world.broker->Append({"topic", PartitionId{7}}, "{}");
  world.options.limits.max_offsets_per_trigger = 1000;
  ASSERT_TRUE(world.Drain().ok());
  EXPECT_EQ(world.Mistakes(), "");
}

TEST(Query, RunsUntilItIsStopped) {
  MemoryWorld world;
  world.options.trigger.kind = Trigger::Kind::kProcessingTime;
  RecordingListener listener;
  Running running(world, listener);
  for (int round = 0; round < 20; ++round) {
    world.Produce(10);
    ASSERT_TRUE(Eventually([&] { return world.RowsInTable() == 10 * (round + 1); }));
  }
  EXPECT_TRUE(running.Stop().ok());
  EXPECT_EQ(world.Mistakes(), "");
  EXPECT_EQ(listener.states().back(), "stopped");
}

TEST(Query, ReportsIdlenessEveryTenSeconds) {
  MemoryWorld world;
  world.Produce(4);
  world.options.trigger.kind = Trigger::Kind::kProcessingTime;
  world.options.trigger.interval = 1000ms;
  RecordingListener listener;
  Running running(world, listener);
  ASSERT_TRUE(Eventually([&] { return listener.idles().size() >= 2; }));
  EXPECT_TRUE(running.Stop().ok());
  const std::string idle = listener.idles()[0];
  EXPECT_NE(idle.find("\"batchId\":1,"), std::string::npos) << "the id of the next batch: " << idle;
  EXPECT_NE(idle.find("\"numInputRows\":0"), std::string::npos);
}

TEST(Query, WaitsForMinOffsetsOrTheDelay) {
  MemoryWorld world(1);
  world.Produce(1);
  ASSERT_TRUE(world.Drain().ok());
  world.options.trigger.kind = Trigger::Kind::kProcessingTime;
  world.options.limits.min_offsets_per_trigger = 10;
  world.options.limits.max_trigger_delay = std::chrono::hours(1);
  RecordingListener listener;
  world.Produce(1);
  const int64_t begun_ms = world.clock.NowMs();
  Running running(world, listener);
  ASSERT_TRUE(Eventually([&] { return world.RowsInTable() == 2; }))
      << "the first trigger never waits";
  EXPECT_LT(listener.progress().empty() ? 0 : listener.progress()[0].timestamp_ms - begun_ms,
            3'600'000);
  world.Produce(3);
  ASSERT_TRUE(Eventually([&] { return world.RowsInTable() == 5; }));
  EXPECT_TRUE(running.Stop().ok());
  ASSERT_EQ(listener.progress().size(), 2u);
  EXPECT_GE(listener.progress()[1].timestamp_ms - listener.progress()[0].timestamp_ms, 3'599'000)
      << "three records are less than ten: the delay had to pass";
}

TEST(Query, ATopicMadeAnewWithFewerPartitionsIsToldOfWhileItWaitsForMinOffsets) {
  MemoryWorld world(2);
  world.Produce(2);
  world.options.trigger.kind = Trigger::Kind::kProcessingTime;
  world.options.limits.min_offsets_per_trigger = 10;
  RecordingListener listener;
  Running running(world, listener);
  ASSERT_TRUE(Eventually([&] { return world.RowsInTable() == 2; }));
  world.broker->RemovePartition(world.Partition(1));
  world.broker->MakeAnew();
  EXPECT_TRUE(Eventually([&] { return listener.terminations() == 1; }));
  EXPECT_EQ(running.Stop().code(), "KAFKA_DATA_LOSS.PARTITIONS_DELETED");
}

TEST(Query, WaitsForABrokerThatIsAway) {
  MemoryWorld world;
  world.Produce(100);
  std::atomic<int> failures = 7;
  world.broker->set_fault([&](const std::string& operation) {
    if (operation == "complete" || --failures < 0) return Status::Ok();
    return Status::Retry("KAFKA_UNREACHABLE", "no broker answers");
  });
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(world.Mistakes(), "");
  EXPECT_TRUE(Contains(listener.states(), "waiting KAFKA_UNREACHABLE"));
  EXPECT_EQ(listener.states().back(), "stopped");
}

TEST(Query, AReadThatFailsIsTakenUpAgain) {
  MemoryWorld world;
  world.Produce(1000);
  std::atomic<int> reads = 0;
  world.broker->set_fault([&](const std::string& operation) {
    const bool fails = operation == "read" && reads.fetch_add(1) % 2 == 0;
    return fails ? Status::Retry("KAFKA_TRANSPORT", "connection lost") : Status::Ok();
  });
  ASSERT_TRUE(world.Drain().ok());
  EXPECT_EQ(world.Mistakes(), "");
}

// A read that fails takes along what it had gathered; earlier ones of the same part were delivered and
// written already. The part is done again from its beginning: nothing is there twice, nothing missing.
TEST(Query, AReadThatFailsAfterOthersBeginsItsPartAgain) {
  MemoryWorld world;
  world.options.memory_bytes = 8 << 20;
  world.row_bytes = 4;
  world.Produce(4000, std::string(1000, 'x'));  // several chunks a lane
  std::atomic<int> taken = 0;
  world.broker->set_fault([&](const std::string& operation) {
    const int number = operation == "taken" ? ++taken : 0;
    const bool fails = number == 3 || number == 6 || number == 9;
    return fails ? Status::Retry("KAFKA_TIMEOUT", "no record came") : Status::Ok();
  });
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_GT(taken, 12) << "the lanes read in several chunks";
  EXPECT_EQ(world.files->abandoned(), 3);
  EXPECT_TRUE(Contains(listener.states(), "waiting KAFKA_TIMEOUT"));
  EXPECT_EQ(listener.progress()[0].records, 4000);
  EXPECT_EQ(world.Mistakes(), "");
}

// A trouble that ends while the query starts does not make it ready: it still has to look at the rest.
TEST(Query, IsNotRunningBeforeItHasStarted) {
  MemoryWorld world;
  world.Produce(10);
  ASSERT_TRUE(world.Drain().ok());
  world.Produce(10);
  std::atomic<int> failures = 2;
  world.broker->set_fault([&](const std::string& operation) {
    if (operation != "latest" || --failures < 0) return Status::Ok();
    return Status::Retry("KAFKA_UNREACHABLE", "no broker answers");
  });
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(listener.states(), (std::vector<std::string>{"starting", "waiting KAFKA_UNREACHABLE",
                                                         "starting", "running", "stopped"}));
}

TEST(Query, IsNotRunningWhileItWaitsForItsTopicAfterItsDisk) {
  MemoryWorld world;
  world.options.trigger.kind = Trigger::Kind::kProcessingTime;
  std::atomic<bool> away = true;
  std::atomic<int> failures = 3;
  world.disk->set_fault([&](const std::string& operation) {
    const bool fails = operation == "create metadata" && --failures >= 0;
    return fails ? Status::Retry("NO_SPACE", "disk full") : Status::Ok();
  });
  world.broker->set_fault([&](const std::string&) {
    return away ? Status::Retry("KAFKA_TOPIC_MISSING", "no topic") : Status::Ok();
  });
  RecordingListener listener;
  Running running(world, listener);
  ASSERT_TRUE(
      Eventually([&] { return Contains(listener.states(), "waiting KAFKA_TOPIC_MISSING"); }));
  EXPECT_FALSE(Contains(listener.states(), "running")) << "the disk is well, the topic is missing";
  away = false;
  EXPECT_TRUE(Eventually([&] { return listener.states().back() == "running"; }));
  EXPECT_TRUE(running.Stop().ok());
}

TEST(Query, StopsWhileItWaits) {
  MemoryWorld world;
  world.broker->set_fault(
      [](const std::string&) { return Status::Retry("TOPIC_MISSING", "no topic"); });
  RecordingListener listener;
  Running running(world, listener);
  ASSERT_TRUE(Eventually([&] { return Contains(listener.states(), "waiting TOPIC_MISSING"); }));
  EXPECT_TRUE(running.Stop().ok());
  EXPECT_EQ(listener.states().back(), "stopped");
}

TEST(Query, AFullDiskUnderTheLanesIsWaitedFor) {
  MemoryWorld world;
  world.Produce(500);
  std::atomic<int> failures = 5;
  world.files->set_fault([&](const std::string& operation) {
    if (operation != "finish" || --failures < 0) return Status::Ok();
    return Status::Retry("NO_SPACE", "disk full");
  });
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(world.Mistakes(), "");
  EXPECT_EQ(world.files->abandoned(), 5);
  EXPECT_TRUE(Contains(listener.states(), "waiting NO_SPACE"));
}

TEST(Query, AFullDiskUnderTheCheckpointIsWaitedFor) {
  MemoryWorld world;
  world.Produce(500);
  std::atomic<int> calls = 0;
  world.disk->set_fault([&](const std::string&) {
    return calls.fetch_add(1) % 3 != 2 ? Status::Retry("NO_SPACE", "disk full") : Status::Ok();
  });
  ASSERT_TRUE(world.Drain().ok());
  EXPECT_EQ(world.Mistakes(), "");
}

TEST(Query, ACommitWhoseAnswerWasLostCounts) {
  MemoryWorld world;
  world.Produce(100);
  ASSERT_TRUE(world.Drain().ok());
  world.Produce(100);
  world.table->LoseNextAnswer();
  ASSERT_TRUE(world.Drain().ok());
  world.Produce(100);
  world.table->FailNext(Status::Retry("NO_SPACE", "disk full"), 3);
  ASSERT_TRUE(world.Drain().ok());
  EXPECT_EQ(world.Mistakes(), "");
}

TEST(Query, ABadRecordStopsButNotTheBatchesBeforeIt) {
  MemoryWorld world(1);
  world.Produce(30);
  world.broker->Append(world.Partition(0), "poison");
  world.Produce(5);
  world.options.limits.max_offsets_per_trigger = 10;
  RecordingListener listener;
  const Status status = world.Drain(listener);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.code(), "MALFORMED_RECORD");
  EXPECT_EQ(world.RowsInTable(), 30);
  EXPECT_EQ(listener.states().back(), "failed MALFORMED_RECORD");
  EXPECT_EQ(world.Drain().code(), "MALFORMED_RECORD") << "and again: nothing is skipped";
  EXPECT_EQ(world.RowsInTable(), 30);
}

TEST(Query, CountsCorruptRecordsByReason) {
  MemoryWorld world(1);
  world.Produce(3, "bad");
  world.Produce(2);
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(listener.progress()[0].rejects, 3);
  EXPECT_EQ(listener.progress()[0].rejects_by_reason.size(), 1u);
}

TEST(Query, CountsRecordsWithoutADeclaredKey) {
  MemoryWorld world;
  world.Produce(7, "foreign");
  world.Produce(2);
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(listener.progress()[0].unmatched, 7);
  EXPECT_EQ(listener.progress()[0].rejects, 0);
}

TEST(Query, ASecondProcessOnTheSameCheckpointStopsAtOnce) {
  MemoryWorld world;
  world.options.trigger.kind = Trigger::Kind::kProcessingTime;
  RecordingListener listener;
  Running first(world, listener);
  world.Produce(10);
  ASSERT_TRUE(Eventually([&] { return world.RowsInTable() == 10; }));
  RecordingListener other;
  EXPECT_EQ(world.NewQuery(other)->Run({}).code(), "CHECKPOINT.IN_USE");
  EXPECT_TRUE(first.Stop().ok());
  EXPECT_EQ(world.Mistakes(), "");
}

TEST(Query, LostPartitionsEndADrainingRun) {
  MemoryWorld world;
  world.Produce(100);
  world.options.limits.max_offsets_per_trigger = 10;
  std::atomic<int> looks = 0;
  world.broker->set_fault([&](const std::string& operation) {
    if (operation == "latest" && looks.fetch_add(1) == 3)
      world.broker->RemovePartition(world.Partition(2));
    return Status::Ok();
  });
  const Status status = world.Drain();
  EXPECT_EQ(status.code(), "KAFKA_DATA_LOSS.LOST_TOPIC_PARTITIONS_WITH_TRIGGER_AVAILABLENOW");
  EXPECT_NE(status.message().find("topic-2"), std::string::npos) << status.message();
}

TEST(Query, StaysWithinItsMemory) {
  MemoryWorld world;
  world.Produce(200000);  // several chunks a lane
  world.options.lanes = 2;
  world.options.memory_bytes = 8 << 20;
  world.row_bytes = 100;  // 20 MB of pages in all, of which the lanes may hold 3
  RecordingListener listener;
  ASSERT_TRUE(world.Drain(listener).ok());
  EXPECT_EQ(world.Mistakes(), "");
  EXPECT_GT(listener.progress()[0].files, 2) << "full lanes close their files and go on";
}

// Tombstones make columns out of no bytes at all: an estimate by bytes alone fits nowhere, and the lanes
// would wait for one another.
TEST(Query, TombstonesDoNotMakeLanesWaitForOneAnother) {
  MemoryWorld world(2);
  for (int i = 0; i < 40000; ++i) {
    world.Produce(1, "1");
    world.Produce(10, "");
  }
  world.options.memory_bytes = 64 << 20;
  world.row_bytes = 4;
  RecordingListener listener;
  auto query = world.NewQuery(listener);
  std::stop_source stop;
  std::atomic<bool> done = false;
  std::jthread thread([&] {
    (void)query->Run(stop.get_token());
    done = true;
  });
  EXPECT_TRUE(Eventually([&] { return done.load(); }));
  stop.request_stop();
}

TEST(Query, KeepsTheLastHundredReports) {
  MemoryWorld world(1);
  world.Produce(150);
  world.options.limits.max_offsets_per_trigger = 1;
  RecordingListener listener;
  auto query = world.NewQuery(listener);
  ASSERT_TRUE(query->Run({}).ok());
  EXPECT_EQ(listener.progress().size(), 150u);
  ASSERT_EQ(query->RecentProgress().size(), 100u);
  EXPECT_NE(query->RecentProgress()[0].find("\"batchId\":50,"), std::string::npos);
}

// While a batch commits the next is worked on, but its offsets are not logged before.
TEST(Query, TheNextBatchIsLoggedOnlyAfterTheOneBeforeIsCommitted) {
  MemoryWorld world;
  world.Produce(400);
  world.options.limits.max_offsets_per_trigger = 20;
  std::atomic<int> early = 0;
  world.disk->set_fault([&](const std::string& operation) {
    static std::atomic<int> committed;
    if (operation == "create offsets/0") committed = 0;
    int batch = 0;
    if (std::sscanf(operation.c_str(), "create offsets/%d", &batch) == 1 && batch > committed)
      ++early;
    if (std::sscanf(operation.c_str(), "create commits/%d", &batch) == 1) committed = batch + 1;
    return Status::Ok();
  });
  ASSERT_TRUE(world.Drain().ok());
  EXPECT_EQ(early, 0);
  EXPECT_EQ(world.Mistakes(), "");
}

TEST(Query, AStopGivesUpABatchThatDoesNotEnd) {
  MemoryWorld world;
  world.Produce(10);
  world.broker->set_fault([](const std::string& operation) {
    return operation == "read" ? Status::Retry("KAFKA_UNREACHABLE", "away") : Status::Ok();
  });
  {
    RecordingListener listener;
    Running running(world, listener);
    ASSERT_TRUE(
        Eventually([&] { return Contains(listener.states(), "waiting KAFKA_UNREACHABLE"); }));
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(running.Stop().ok());
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  }
  world.broker->set_fault(nullptr);
  const Status drained = world.Drain();
  ASSERT_TRUE(drained.ok()) << drained.ToString();
  EXPECT_EQ(world.Mistakes(), "");
}

}  // namespace
}  // namespace sluice::stream
