// SPDX-License-Identifier: Apache-2.0
#include "stream/micro_batch_query.h"

#include <algorithm>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "checkpoint/uuid.h"
#include "core/ascii.h"
#include "stream/board.h"
#include "stream/channel.h"
#include "stream/committer.h"
#include "stream/driver.h"
#include "stream/lane.h"
#include "stream/listener_gate.h"
#include "stream/memory_budget.h"
#include "stream/memory_shares.h"
#include "stream/pass_warnings.h"
#include "stream/progress_log.h"
#include "stream/rate_limit.h"
#include "stream/start_up.h"

namespace sluice::stream {

namespace {

using checkpoint::Recovery;

// A stop is to end within 5 seconds: so long a batch that is nearly done may still become a version.
constexpr std::chrono::milliseconds kStopGrace{2000};
// After an error in planning, what is under way is worth finishing, but not for ever.
constexpr std::chrono::milliseconds kErrorGrace{30000};

bool AllCommitted(const RunCounts& counts) { return counts.committed == counts.planned; }

class MicroBatchQuery : public Query {
 public:
  MicroBatchQuery(QueryOptions options, QueryParts parts, Stages stages,
                  std::shared_ptr<checkpoint::Storage> storage, QueryListener& listener,
                  Clock& clock)
      : options_(std::move(options)),
        parts_(std::move(parts)),
        stages_(std::move(stages)),
        storage_(std::move(storage)),
        gate_(listener),
        clock_(clock),
        lane_count_(LaneCount(options_)),
        budget_(ShareMemory(options_.memory_bytes).lane_bytes),
        commit_meter_(clock),
        patience_{kDriver, gate_, clock_, Backoff(0)} {
    for (int lane = 0; lane < lane_count_; ++lane) lane_meters_.emplace_back(clock_);
  }

  Status Bind();
  Status Run(std::stop_token stop) override;
  std::vector<std::string> RecentProgress() const override { return progress_log_.Recent(); }
  QueryStats stats() const override;

 private:
  struct Chain {
    std::unique_ptr<decode::Decoder> decoder;
    std::unique_ptr<transform::Transform> transform;
  };

  Status RunToEnd(const std::stop_token& stop);
  Status Prepare(const std::stop_token& stop);
  void WarnOfEventTime();
  Status CompareTopics(const std::stop_token& stop);
  Status FinishWritten(const std::stop_token& stop);
  Status RunBatches(const std::stop_token& stop);
  Status Drive(Driver& driver, Board& board, const std::stop_token& stop, std::stop_source& wake);
  Result<Chain> MakeChain() const;
  Result<std::unique_ptr<Lane>> MakeLane(int id);
  Result<std::vector<std::unique_ptr<Lane>>> MakeLanes();
  CommitterParts PartsOfCommitter(Board& board);

  QueryOptions options_;
  QueryParts parts_;
  Stages stages_;
  std::shared_ptr<checkpoint::Storage> storage_;
  ListenerGate gate_;
  Clock& clock_;
  const int lane_count_;
  MemoryBudget budget_;
  std::deque<StageMeter> lane_meters_;
  StageMeter commit_meter_;
  Patience patience_;
  ProgressLog progress_log_;
  ProgressContext context_;
  Chain bound_;  // of the first lane
  Opened opened_;
  int64_t waiting_records_ = 0;  // in Kafka, beyond a recorded batch
};

Result<MicroBatchQuery::Chain> MicroBatchQuery::MakeChain() const {
  Chain chain;
  SLUICE_ASSIGN_OR_RETURN(chain.decoder, stages_.make_decoder());
  SLUICE_ASSIGN_OR_RETURN(chain.transform, stages_.make_transform(*chain.decoder));
  return chain;
}

Status MicroBatchQuery::Bind() {
  SLUICE_ASSIGN_OR_RETURN(bound_, MakeChain());
  return Status::Ok();
}

Status MicroBatchQuery::Run(std::stop_token stop) {
  gate_.State(QueryState::kStarting);
  Status status = RunToEnd(stop);
  if (status.Is(ErrorKind::kCancelled) && stop.stop_requested()) status = Status::Ok();
  gate_.State(status.ok() ? QueryState::kStopped : QueryState::kFailed, status);
  gate_.Terminated(status);
  return status;
}

QueryStats MicroBatchQuery::stats() const {
  QueryStats stats;
  stats.buffered_bytes = budget_.used_bytes();
  stats.activities = commit_meter_.begun();
  for (const StageMeter& meter : lane_meters_) {
    stats.lanes.push_back(meter.Seconds());
    stats.activities += meter.begun();
  }
  stats.committer = commit_meter_.Seconds();
  return stats;
}

Status MicroBatchQuery::RunToEnd(const std::stop_token& stop) {
  SLUICE_RETURN_IF_ERROR(Prepare(stop));
  gate_.State(QueryState::kRunning);
  if (opened_.recovery.kind == Recovery::Kind::kFinish) {
    SLUICE_RETURN_IF_ERROR(FinishWritten(stop));
    if (options_.trigger.kind == Trigger::Kind::kOnce) return Status::Ok();
  }
  return RunBatches(stop);
}

Status MicroBatchQuery::Prepare(const std::stop_token& stop) {
  for (const std::string& warning : bound_.transform->warnings()) gate_.Warning({"SQL", warning});
  PassWarnings(*parts_.source, gate_);
  SLUICE_ASSIGN_OR_RETURN(opened_, OpenQuery(options_, parts_, *bound_.transform->output_schema(),
                                             std::move(storage_), patience_, stop));
  PassWarnings(*opened_.table, gate_);
  WarnOfEventTime();
  context_.id = opened_.checkpoint->query_id();
  context_.run_id = checkpoint::RandomUuid();
  context_.name = options_.name;
  context_.source_description = parts_.source->description();
  context_.sink_description = "DeltaSink[" + options_.table_path + "]";
  context_.scala = opened_.checkpoint->state().scala;
  gate_.Started(context_.id, context_.run_id);
  parts_.source->RememberTopicIds(opened_.topic_ids);
  const bool begins = opened_.recovery.kind == Recovery::Kind::kBegin;
  Status begun;
  if (!begins || opened_.recovery.start) begun = CompareTopics(stop);
  if (begins && begun.ok()) begun = BeginQuery(opened_, *parts_.source, patience_, stop);
  PassWarnings(*parts_.source, gate_);
  if (begun.ok()) gate_.Position(opened_.recovery.start.value_or(OffsetMap{}));
  return begun;
}

// Its newest value is known by the files' statistics.
void MicroBatchQuery::WarnOfEventTime() {
  const std::string& column = options_.event_time;
  const bool known = std::ranges::any_of(opened_.stats_columns, [&](const delta::NamePath& path) {
    return path.size() == 1 && EqualIgnoringCase(path.front(), column);
  });
  if (column.empty() || known) return;
  gate_.Warning(
      {"EVENT_TIME_UNKNOWN",
       "the table " + options_.table_path + " keeps no statistics of the column " + column +
           ", so the newest event time is not known and "
           "spark_streaming_committed_event_timestamp_seconds stays 0. Name a column among the "
           "first 32 of the table, or list it in delta.dataSkippingStatsColumns"});
}

// Before anything is written: the checkpoint of another query stays as it is.
Status MicroBatchQuery::CompareTopics(const std::stop_token& stop) {
  const Recovery& recovery = opened_.recovery;
  const bool written = recovery.kind == Recovery::Kind::kFinish;
  // Nothing will be read then, and what the table has may be finished while Kafka is away.
  if (written && options_.trigger.kind == Trigger::Kind::kOnce) return Status::Ok();
  const OffsetMap recorded = written ? recovery.end : recovery.start.value_or(OffsetMap{});
  // What the configuration names is enough to tell: Kafka may not have such a topic, and is then waited for.
  SLUICE_RETURN_IF_ERROR(CheckSameTopics(options_.checkpoint_location, recorded, options_.topics));
  SLUICE_ASSIGN_OR_RETURN(const OffsetMap latest,
                          ResultWithRetries<OffsetMap>(patience_, stop, [&] {
                            return parts_.source->LatestOffsets(recorded, stop);
                          }));
  waiting_records_ = RecordsBetween(recovery.end, latest);
  return CheckSameTopics(options_.checkpoint_location, recorded, TopicsOf(latest));
}

// The table has the batch: commits/N is all that is missing, and nothing is read.
Status MicroBatchQuery::FinishWritten(const std::stop_token& stop) {
  Recovery& recovery = opened_.recovery;
  SLUICE_RETURN_IF_ERROR(WithRetries(patience_, stop, [&] {
    return opened_.checkpoint->WriteCommit(recovery.batch, recovery.watermark_ms);
  }));
  Progress progress;
  progress.batch = recovery.batch;
  progress.timestamp_ms = clock_.NowMs();
  progress.skipped = true;
  progress.version = opened_.table->info().version;
  progress.committed_at_ms = progress.timestamp_ms;
  progress.duration_ms = {{"triggerExecution", 0}};
  progress.source = {recovery.start.value_or(OffsetMap{}), recovery.end, recovery.end};
  progress.json = ProgressJson(context_, progress, -1, recovery.batch.value == 0);
  progress_log_.Add(progress.json);
  gate_.Progressed(progress);
  recovery.kind = Recovery::Kind::kContinue;
  recovery.start = recovery.end;
  ++recovery.batch.value;
  return Status::Ok();
}

Result<std::unique_ptr<Lane>> MicroBatchQuery::MakeLane(int id) {
  Chain chain;
  if (id == 0) {
    chain = std::move(bound_);
  } else {
    SLUICE_ASSIGN_OR_RETURN(chain, MakeChain());
  }
  WriterRequest request;
  request.table_root = options_.table_path;
  request.schema = opened_.fit.file_schema;
  request.partition_by = opened_.table->info().partition_columns;
  request.row_group_bytes = budget_.total_bytes() / 3 / lane_count_;
  request.stats_columns = opened_.stats_columns;
  LaneParts parts;
  SLUICE_ASSIGN_OR_RETURN(parts.writer, stages_.make_writer(request));
  parts.reader = parts_.source->NewReader();
  parts.decoder = std::move(chain.decoder);
  parts.transform = std::move(chain.transform);
  parts.file_schema = std::make_shared<const Schema>(opened_.fit.file_schema);
  parts.table_root = options_.table_path;
  const LaneSetup setup{id, lane_count_, options_.memory_bytes / 4, options_.bad_samples};
  return std::make_unique<Lane>(setup, std::move(parts), budget_, gate_,
                                lane_meters_[static_cast<size_t>(id)], clock_);
}

Result<std::vector<std::unique_ptr<Lane>>> MicroBatchQuery::MakeLanes() {
  std::vector<std::unique_ptr<Lane>> lanes;
  for (int id = 0; id < lane_count_; ++id) {
    SLUICE_ASSIGN_OR_RETURN(lanes.emplace_back(), MakeLane(id));
  }
  return lanes;
}

CommitterParts MicroBatchQuery::PartsOfCommitter(Board& board) {
  return CommitterParts{*opened_.checkpoint,
                        *opened_.table,
                        *parts_.source,
                        gate_,
                        clock_,
                        board,
                        progress_log_,
                        commit_meter_,
                        context_,
                        options_.table_path,
                        options_.event_time,
                        opened_.recovery.conf_json,
                        opened_.recovery.watermark_ms,
                        opened_.fit.new_columns,
                        options_.bad_samples};
}

Status MicroBatchQuery::RunBatches(const std::stop_token& stop) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::unique_ptr<Lane>> lanes, MakeLanes());
  std::stop_source wake;     // ends the driver's waits: a person's stop, or a failure
  std::stop_source give_up;  // ends the lanes' work and the committer's waits
  Board board(wake);
  Channel<CommitterMessage> results;
  LaneChannels tasks(lanes.size());
  Committer committer(PartsOfCommitter(board));
  Driver driver({options_, *parts_.source, gate_, clock_, board, results, tasks, context_});

  std::vector<std::jthread> lane_threads;
  for (size_t i = 0; i < lanes.size(); ++i) {
    lane_threads.emplace_back([&, i] {
      while (std::optional<LaneTask> task = tasks[i].Pop()) {
        results.Push(lanes[i]->Run(*task, give_up.get_token()));
      }
    });
  }
  std::jthread commit_thread([&] { committer.Run(results, give_up.get_token()); });
  opened_.recovery.start = opened_.recovery.start.value_or(OffsetMap{});
  const Status status = Drive(driver, board, stop, wake);
  give_up.request_stop();
  for (Channel<LaneTask>& channel : tasks) channel.Close();
  lane_threads.clear();
  results.Close();
  commit_thread.join();
  opened_.table->FinishMaintenance(stop);
  PassWarnings(*opened_.table, gate_);
  PassWarnings(*parts_.source, gate_);
  const Status failure = board.failure();
  return failure.ok() || failure.Is(ErrorKind::kCancelled) ? status : failure;
}

// Runs the driver, then waits for the batches that it handed out.
Status MicroBatchQuery::Drive(Driver& driver, Board& board, const std::stop_token& stop,
                              std::stop_source& wake) {
  const std::stop_callback wake_on_stop(stop, [&wake] { wake.request_stop(); });
  Status status = driver.Run(opened_.recovery, waiting_records_, wake.get_token());
  if (status.ok() && board.Wait(AllCommitted, wake.get_token())) return status;
  gate_.State(QueryState::kStopping);
  if (!stop.stop_requested() && !status.Is(ErrorKind::kCancelled)) {
    board.Wait(AllCommitted, stop, kErrorGrace);
  }
  board.Wait(AllCommitted, std::stop_token(), stop.stop_requested() ? kStopGrace : kStopGrace * 0);
  return status.ok() && stop.stop_requested() ? Status::Cancelled() : status;
}

}  // namespace

int LaneCount(const QueryOptions& options) {
  if (options.lanes > 0) return options.lanes;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Result<std::unique_ptr<Query>> MakeMicroBatchQuery(QueryOptions options, QueryParts parts,
                                                   Stages stages,
                                                   std::shared_ptr<checkpoint::Storage> storage,
                                                   QueryListener& listener, Clock& clock) {
  auto query = std::make_unique<MicroBatchQuery>(
      std::move(options), std::move(parts), std::move(stages), std::move(storage), listener, clock);
  SLUICE_RETURN_IF_ERROR(query->Bind());
  return std::unique_ptr<Query>(std::move(query));
}

}  // namespace sluice::stream
