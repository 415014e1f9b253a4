// SPDX-License-Identifier: Apache-2.0
//
// Everything around a query, in memory: broker, checkpoint, table, files. It outlives the queries that
// run in it, as the real world outlives a process.
//
//   MemoryWorld world;
//   world.Produce(100);
//   EXPECT_TRUE(world.Drain().ok());
//   EXPECT_EQ(world.Mistakes(), "");            // each record exactly once
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "checkpoint/testing/memory_storage.h"
#include "core/testing/manual_clock.h"
#include "delta/testing/memory_table.h"
#include "stream/micro_batch_query.h"
#include "stream/testing/memory_source.h"
#include "stream/testing/memory_stages.h"

namespace sluice::stream {

// Keeps what a query said. Safe from any thread.
class RecordingListener : public QueryListener {
 public:
  void OnState(QueryState state, const Status& reason) override;
  void OnProgress(const Progress& progress) override;
  void OnPlanned(const PlannedBatch& batch) override;
  void OnReading(const BatchReading& reading) override;
  void OnIdle(const IdleReport& report) override;
  void OnWarning(const QueryWarning& warning) override;
  void OnTerminated(const Status& status) override;

  std::vector<Progress> progress() const;
  // "waiting NO_SPACE", "running", ...
  std::vector<std::string> states() const;
  std::vector<std::string> warnings() const;  // codes
  std::vector<std::string> idles() const;
  std::vector<PlannedBatch> planned() const;
  std::vector<BatchReading> readings() const;
  int64_t waiting_records() const;  // of the last idle report
  int64_t records_lost() const;
  int terminations() const;

 private:
  mutable std::mutex mutex_;  // guards all below
  std::vector<Progress> progress_;
  std::vector<std::string> states_;
  std::vector<std::string> warnings_;
  std::vector<std::string> idles_;
  std::vector<PlannedBatch> planned_;
  std::vector<BatchReading> readings_;
  int64_t waiting_records_ = 0;
  int64_t records_lost_ = 0;
  int terminations_ = 0;
};

class MemoryWorld {
 public:
  explicit MemoryWorld(int partitions = 4);

  // Appends records, spread over the partitions.
  void Produce(int records, const std::string& value = "{}");
  TopicPartition Partition(int number) const { return {"topic", PartitionId{number}}; }

  // A query over this world with its own listener.
  std::unique_ptr<Query> NewQuery(QueryListener& listener);
  // Runs one query with the availableNow trigger to its end.
  Status Drain(QueryListener& listener);
  Status Drain();

  // What is wrong with the table, in words: a record that is missing or there twice, a file that two
  // versions hold, batches that do not follow one another. Empty: all is well.
  std::string Mistakes() const;
  int64_t RowsInTable() const;

  // Makes each table that is opened from now on; e.g. to put a fault around it.
  std::function<std::unique_ptr<delta::Table>(std::unique_ptr<delta::Table>)> wrap_table;

  std::shared_ptr<MemoryBroker> broker = std::make_shared<MemoryBroker>();
  std::shared_ptr<checkpoint::MemoryDisk> disk = std::make_shared<checkpoint::MemoryDisk>();
  std::shared_ptr<MemoryFiles> files = std::make_shared<MemoryFiles>();
  std::shared_ptr<delta::MemoryLog> table;  // null: there is none yet
  ManualClock clock{1'714'550'400'000, ManualClock::Sleep::kJump};
  QueryOptions options;
  int64_t row_bytes = 32;

 private:
  std::shared_ptr<delta::MemoryLog> TableNow() const;

  int partitions_;
  int64_t produced_ = 0;
  mutable std::mutex table_mutex_;  // a query may make `table` while a test waits for rows in it
};

}  // namespace sluice::stream
