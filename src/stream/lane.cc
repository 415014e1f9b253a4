// SPDX-License-Identifier: Apache-2.0
#include "stream/lane.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "core/fault_point.h"
#include "stream/row_bytes.h"
#include "stream/stage_clock.h"
#include "stream/storage_timer.h"

namespace sluice::stream {

namespace {

constexpr int64_t kMaxChunkRecords = 65536;
constexpr int64_t kMinChunkRecords = 256;
constexpr int64_t kMaxChunkBytes = 16 << 20;
constexpr int64_t kMinChunkBytes = 256 << 10;
// An empty read lasts at most a second: so long without a record of a range that is not empty.
constexpr int kEmptyReadsBeforeWarning = 5;

// Values, keys and headers.
int64_t MessageBytes(const RecordBatch& records) {
  size_t bytes = records.value_bytes;
  for (const Record& record : records.records) bytes += record.key_size;
  for (const RecordHeader& header : records.headers) {
    bytes += sizeof header + header.key.size() + (header.value ? header.value->size() : 0);
  }
  return static_cast<int64_t>(bytes);
}

// In one pass: the records of a chunk are more than a cache holds. Those of a partition come in runs.
void Count(const RecordBatch& records, LaneStats& stats) {
  stats.records += static_cast<int64_t>(records.records.size());
  stats.input_bytes += static_cast<int64_t>(records.value_bytes);
  const auto end = records.records.end();
  for (auto record = records.records.begin(); record != end;) {
    const auto& first = *record;
    PartitionInput run;
    for (; record != end && record->partition == first.partition && record->topic == first.topic;
         ++record) {
      ++run.records;
      run.bytes += static_cast<int64_t>(record->value_size);
      run.newest_record_ms = std::max(run.newest_record_ms, record->timestamp_ms);
      stats.ages.Add(record->timestamp_ms);
    }
    stats.inputs[{records.topics.at(first.topic), PartitionId{first.partition}}].Add(run);
    stats.newest_record_ms = std::max(stats.newest_record_ms, run.newest_record_ms);
  }
}

// Some of the records; they share the bytes of all.
RecordBatch PartOf(const RecordBatch& all, size_t begin, size_t end) {
  RecordBatch part;
  part.topics = all.topics;
  part.keep_alive = all.keep_alive;
  for (size_t i = begin; i < end; ++i) {
    Record& record = part.records.emplace_back(all.records[i]);
    part.value_bytes += record.value_size;
    const auto headers = static_cast<uint32_t>(part.headers.size());
    for (uint32_t h = record.header_begin; h < record.header_end; ++h) {
      part.headers.push_back(all.headers[h]);
    }
    record.header_begin = headers;
    record.header_end = static_cast<uint32_t>(part.headers.size());
  }
  return part;
}

// Until the end of the scope: CPU of a stage, time that passes in a phase, what the thread does.
class StageTimer {
 public:
  StageTimer(StageMeter& meter, Activity activity, LaneStats& stats, const char* stage,
             const char* phase)
      : meter_(meter), seconds_(stats.phase_seconds[phase]), clock_(stats.cpu_seconds, stage) {
    meter_.Begin(activity);
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;
  ~StageTimer() { seconds_ += meter_.End(clock_.seconds()); }

 private:
  StageMeter& meter_;
  double& seconds_;
  StageClock clock_;
};

// Quick to believe that more is needed, slow to believe that less will do.
void Learn(double& ratio, int64_t bytes, int64_t of) {
  if (of == 0) return;
  ratio = std::max(static_cast<double>(bytes) / static_cast<double>(of), ratio * 0.9);
}

int64_t TotalBytes(const std::vector<Columns>& batches) {
  int64_t bytes = 0;
  for (const Columns& columns : batches) bytes += static_cast<int64_t>(columns.ByteSize());
  return bytes;
}

}  // namespace

void DeleteFiles(const std::string& table_root, const std::vector<DataFile>& files) {
  for (const DataFile& file : files) {
    std::error_code ignored;
    std::filesystem::remove(std::filesystem::path(table_root) / file.path, ignored);
  }
}

Lane::Lane(LaneSetup setup, LaneParts parts, MemoryBudget& budget, ListenerGate& gate,
           StageMeter& meter, Clock& clock)
    : setup_(setup),
      parts_(std::move(parts)),
      budget_(budget),
      lease_(budget),
      meter_(meter),
      patience_{setup.id, gate, clock, Backoff(static_cast<uint64_t>(setup.id) + 1)},
      least_row_bytes_(std::max(LeastRowBytes(parts_.decoder->selected_schema()->fields),
                                LeastRowBytes(parts_.file_schema->fields))) {}

LaneResult Lane::Run(const LaneTask& task, const std::stop_token& stop) {
  LaneResult result;
  furthest_ = 0;
  while (true) {
    result = LaneResult{};
    result.plan = task.plan;
    result.stats.ages = AgeCounts(task.plan->trigger_ms);
    result.status = stop.stop_requested() ? Status::Cancelled() : Attempt(task, stop, result);
    if (result.status.ok()) break;
    GiveUp(result);
    furthest_ = std::max(furthest_, result.stats.records);
    if (!result.status.Is(ErrorKind::kRetry)) return result;
    const Status waited = WaitBeforeRetry(patience_, result.status, stop);
    if (!waited.ok()) {
      result.status = waited;
      return result;
    }
  }
  patience_.backoff.Reset();
  patience_.gate.Well(setup_.id);
  return result;
}

void Lane::GiveUp(LaneResult& result) {
  parts_.writer->Abandon();
  DeleteFiles(parts_.table_root, result.files);
  result.files.clear();
  lease_.Resize(0);
  patience_.gate.Read(result.plan->id, setup_.id, 0);
}

Status Lane::Attempt(const LaneTask& task, const std::stop_token& stop, LaneResult& result) {
  parts_.writer->Begin(task.plan->id, setup_.id);
  SLUICE_RETURN_IF_ERROR(parts_.reader->Start(task.ranges));
  SLUICE_RETURN_IF_ERROR(ReadAll(task, stop, result));
  SLUICE_RETURN_IF_ERROR(CloseFiles(result));
  FaultPoint("lane.files_done");
  return Status::Ok();
}

Status Lane::ReadAll(const LaneTask& task, const std::stop_token& stop, LaneResult& result) {
  while (!parts_.reader->done()) {
    if (stop.stop_requested()) return Status::Cancelled();
    SLUICE_RETURN_IF_ERROR(MakeRoom(*task.plan, stop, result));
    SLUICE_ASSIGN_OR_RETURN(RecordBatch records, ReadChunk(stop, result.stats));
    NoteProgress(records, result.stats.records);
    if (records.records.empty()) continue;
    Count(records, result.stats);
    SLUICE_RETURN_IF_ERROR(Process(*task.plan, std::move(records), stop, result.stats));
    patience_.gate.Read(task.plan->id, setup_.id, result.stats.records);
  }
  return Status::Ok();
}

int64_t Lane::Share() const { return budget_.total_bytes() / 2 / setup_.lanes; }

// No chunk is more than four times as large as those before it: what messages become has to be seen
// first.
int64_t Lane::ChunkBytes() const {
  const auto fitting = static_cast<int64_t>(static_cast<double>(Share()) / (1 + expansion_));
  const int64_t most = std::clamp(4 * largest_chunk_, kMinChunkBytes, kMaxChunkBytes);
  return std::clamp(fitting, kMinChunkBytes, most);
}

int64_t Lane::ChunkRecords() const {
  const double record_bytes = std::max(record_bytes_, static_cast<double>(least_row_bytes_));
  const auto fitting = static_cast<int64_t>(static_cast<double>(Share()) / (1 + record_bytes));
  return std::clamp(fitting, kMinChunkRecords, kMaxChunkRecords);
}

int64_t Lane::ChunkMemory(int64_t message_bytes) const {
  return static_cast<int64_t>(static_cast<double>(message_bytes) * (1 + expansion_));
}

// Before reading on, the next chunk must fit beside what the writer holds. A lane that holds much
// closes its files and begins new ones; then it waits for the others. Nobody waits with more than half
// of its share in hand, so that somebody always fits.
Status Lane::MakeRoom(const BatchPlan& plan, const std::stop_token& stop, LaneResult& result) {
  // Small messages can make wide rows: those chunks are held down by their number of records.
  const int64_t chunk = std::min(ChunkMemory(ChunkBytes()), Share());
  const int64_t buffered = parts_.writer->buffered_bytes();
  if (lease_.TryResize(buffered + chunk)) return Status::Ok();
  if (buffered > Share()) {
    SLUICE_RETURN_IF_ERROR(CloseFiles(result));
    parts_.writer->Begin(plan.id, setup_.id);
  }
  const int64_t kept = parts_.writer->buffered_bytes();
  lease_.Resize(kept);
  meter_.Begin(Activity::kMemory);
  const bool fits = lease_.WaitResize(kept + chunk, stop);
  meter_.End();
  return fits ? Status::Ok() : Status::Cancelled();
}

Result<RecordBatch> Lane::ReadChunk(const std::stop_token& stop, LaneStats& stats) {
  kafka::ReadLimits limits;
  limits.max_records = static_cast<size_t>(ChunkRecords());
  limits.max_bytes = static_cast<size_t>(ChunkBytes());
  limits.max_record_bytes = static_cast<size_t>(setup_.max_record_bytes);
  // After an error the reader's place is lost with what it had gathered: the part is done again.
  Result<RecordBatch> records = [&] {
    const StageTimer timer(meter_, Activity::kFetch, stats, "fetch", "poll");
    return parts_.reader->Read(limits, stop);
  }();
  FaultPoint("lane.after_fetch");
  return records;
}

// A client that gets nothing retries quietly for ever; somebody should be told.
void Lane::NoteProgress(const RecordBatch& records, int64_t read_before) {
  if (!records.records.empty() || parts_.reader->done()) {
    empty_reads_ = 0;
    // To come as far as the last try did is no progress: what stopped it may lie behind.
    if (read_before + static_cast<int64_t>(records.records.size()) <= furthest_) return;
    patience_.backoff.Reset();
    patience_.gate.Well(setup_.id);
    return;
  }
  if (++empty_reads_ < kEmptyReadsBeforeWarning) return;
  patience_.gate.Waiting(
      setup_.id,
      Status::Retry("KAFKA_NO_RECORDS",
                    "the broker has sent no records for " + std::to_string(empty_reads_) +
                        " seconds although the batch is not complete; nothing is lost, "
                        "the query goes on when they come. Check the brokers"));
}

Status Lane::Process(const BatchPlan& plan, RecordBatch records, const std::stop_token& stop,
                     LaneStats& stats) {
  const int64_t message_bytes = MessageBytes(records);
  const auto count = static_cast<int64_t>(records.records.size());
  lease_.Resize(parts_.writer->buffered_bytes() +
                std::max(ChunkMemory(message_bytes), message_bytes + count * least_row_bytes_));
  Result<decode::Decoded> decoded = [&] {
    const StageTimer timer(meter_, Activity::kDecode, stats, "decode", "decode");
    // Twice what is planned for: only what is far from it is worth being decoded again.
    return parts_.decoder->Decode(
        records, {.batch_timestamp_ms = plan.batch_timestamp_ms, .max_bytes = 2 * Share()});
  }();
  FaultPoint("lane.after_decode");
  if (count > 1 && !decoded.ok() && decoded.status().code() == "BATCH_TOO_LARGE") {
    return ProcessHalves(plan, records, stop, stats);
  }
  SLUICE_RETURN_IF_ERROR(decoded.status());
  for (const decode::Reject& reject : decoded->rejects)
    ++stats.rejects[decode::ToString(reject.reason)];
  KeepSamples(records, decoded->rejects, setup_.bad_samples, stats.samples);
  stats.kept_rejects += decoded->kept;
  stats.unmatched += decoded->unmatched;
  records = RecordBatch{};
  const auto decoded_bytes = static_cast<int64_t>(decoded->columns.ByteSize());
  Result<std::vector<Columns>> transformed = [&] {
    const StageTimer timer(meter_, Activity::kTransform, stats, "transform", "transform");
    return parts_.transform->Run(std::move(decoded->columns),
                                 {.batch_timestamp_ms = plan.batch_timestamp_ms});
  }();
  SLUICE_RETURN_IF_ERROR(transformed.status());
  const int64_t bytes = TotalBytes(*transformed);
  Learn(expansion_, std::max(decoded_bytes, bytes), message_bytes);
  Learn(record_bytes_, std::max(decoded_bytes, bytes), count);
  largest_chunk_ = std::max(largest_chunk_, message_bytes);
  lease_.Resize(parts_.writer->buffered_bytes() + bytes);
  return Write(std::move(*transformed), stats);
}

// Explode may make far more of records than was to be foreseen: then fewer of them at once.
Status Lane::ProcessHalves(const BatchPlan& plan, const RecordBatch& records,
                           const std::stop_token& stop, LaneStats& stats) {
  const size_t count = records.records.size();
  SLUICE_RETURN_IF_ERROR(Process(plan, PartOf(records, 0, count / 2), stop, stats));
  if (stop.stop_requested()) return Status::Cancelled();
  return Process(plan, PartOf(records, count / 2, count), stop, stats);
}

Status Lane::Write(std::vector<Columns> batches, LaneStats& stats) {
  const StageTimer timer(meter_, Activity::kWrite, stats, "write", "encode");
  for (Columns& batch : batches) {
    if (batch.empty()) continue;
    const Columns columns(parts_.file_schema, batch.Take());
    stats.rows += columns.num_rows();
    SLUICE_RETURN_IF_ERROR(parts_.writer->Write(columns));
  }
  FaultPoint("lane.after_write");
  lease_.Resize(parts_.writer->buffered_bytes());
  return Status::Ok();
}

Status Lane::CloseFiles(LaneResult& result) {
  const StageTimer timer(meter_, Activity::kWrite, result.stats, "write", "upload");
  SLUICE_ASSIGN_OR_RETURN(std::vector<DataFile> files,
                          Timed(patience_.gate, patience_.clock, "data_files",
                                [&] { return parts_.writer->Finish(); }));
  std::move(files.begin(), files.end(), std::back_inserter(result.files));
  lease_.Resize(parts_.writer->buffered_bytes());
  return Status::Ok();
}

}  // namespace sluice::stream
