// SPDX-License-Identifier: Apache-2.0
//
// A lane: one thread's chain of fetch, decode, transform, write over its part of each batch.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "decode/decoder.h"
#include "kafka/source.h"
#include "parquet/writer.h"
#include "stream/batch_plan.h"
#include "stream/listener_gate.h"
#include "stream/memory_budget.h"
#include "stream/retry.h"
#include "stream/stage_meter.h"
#include "transform/transform.h"

namespace sluice::stream {

struct LaneParts {
  std::unique_ptr<kafka::RangeReader> reader;
  std::unique_ptr<decode::Decoder> decoder;
  std::unique_ptr<transform::Transform> transform;
  std::unique_ptr<parquet::DataFileWriter> writer;
  std::shared_ptr<const Schema>
      file_schema;  // names of the files' columns, in the transform's order
  std::string table_root;
};

struct LaneSetup {
  int id = 0;
  int lanes = 1;
  int64_t max_record_bytes = 0;
  int bad_samples = 0;  // kept of each reason
};

// Run() is called by one thread at a time.
class Lane {
 public:
  Lane(LaneSetup setup, LaneParts parts, MemoryBudget& budget, ListenerGate& gate,
       StageMeter& meter, Clock& clock);

  // Does its part of the batch: data files, flushed, or an error and no files. What can heal (the
  // broker is away, the disk is full) is waited for here, and this part is done again.
  LaneResult Run(const LaneTask& task, const std::stop_token& stop);

 private:
  Status Attempt(const LaneTask& task, const std::stop_token& stop, LaneResult& result);
  Status ReadAll(const LaneTask& task, const std::stop_token& stop, LaneResult& result);
  Status MakeRoom(const BatchPlan& plan, const std::stop_token& stop, LaneResult& result);
  Result<RecordBatch> ReadChunk(const std::stop_token& stop, LaneStats& stats);
  Status Process(const BatchPlan& plan, RecordBatch records, const std::stop_token& stop,
                 LaneStats& stats);
  Status ProcessHalves(const BatchPlan& plan, const RecordBatch& records,
                       const std::stop_token& stop, LaneStats& stats);
  Status Write(std::vector<Columns> batches, LaneStats& stats);
  Status CloseFiles(LaneResult& result);
  void NoteProgress(const RecordBatch& records, int64_t read_before);
  void GiveUp(LaneResult& result);
  int64_t Share() const;
  int64_t ChunkBytes() const;
  int64_t ChunkRecords() const;
  int64_t ChunkMemory(int64_t message_bytes) const;

  LaneSetup setup_;
  LaneParts parts_;
  MemoryBudget& budget_;
  MemoryLease lease_;
  StageMeter& meter_;
  Patience patience_;
  // Bytes of columns made from a byte of message, as seen so far.
  double expansion_ = 1.5;
  double record_bytes_ = 0;    // the same of a record
  int64_t largest_chunk_ = 0;  // bytes of messages, of those that were seen
  const int64_t
      least_row_bytes_;  // what a record takes whatever is in it: it may make many columns
  int empty_reads_ = 0;
  int64_t furthest_ = 0;  // records that a try of this task has read
};

// Deletes files that will not be committed; a file that is left behind is no harm, only litter.
void DeleteFiles(const std::string& table_root, const std::vector<DataFile>& files);

}  // namespace sluice::stream
