// SPDX-License-Identifier: Apache-2.0
#include "cli/query_sampler.h"

#include <numeric>
#include <utility>

#include "delta/table_size.h"
#include "monitor/disk_space.h"

namespace sluice::cli {

namespace {

using stream::Activity;

constexpr std::chrono::seconds kStatsPause{1};
constexpr std::chrono::seconds kKafkaPause{2};
// Table and disks are looked at once in so many looks at the query.
constexpr int kLooksPerMeasurement = 15;

double Of(const stream::ActivitySeconds& seconds, Activity activity) {
  return seconds[static_cast<size_t>(activity)];
}

double Total(const stream::ActivitySeconds& seconds) {
  return std::accumulate(seconds.begin(), seconds.end(), 0.0);
}

// The rest of its time a stage is idle.
void AddStage(const stream::ActivitySeconds& thread, double busy, double backpressured,
              monitor::StageSeconds& stage) {
  stage.busy += busy;
  stage.backpressured += backpressured;
  stage.idle += Total(thread) - busy - backpressured;
}

}  // namespace

std::map<std::string, monitor::StageSeconds> StagesOf(const stream::QueryStats& stats) {
  std::map<std::string, monitor::StageSeconds> stages;
  for (const stream::ActivitySeconds& lane : stats.lanes) {
    AddStage(lane, Of(lane, Activity::kFetch), Of(lane, Activity::kMemory), stages["fetch"]);
    AddStage(lane, Of(lane, Activity::kDecode), 0, stages["decode"]);
    AddStage(lane, Of(lane, Activity::kTransform), 0, stages["transform"]);
    AddStage(lane, Of(lane, Activity::kWrite), 0, stages["write"]);
  }
  AddStage(stats.committer, Of(stats.committer, Activity::kCommit), 0, stages["commit"]);
  return stages;
}

void QuerySampler::Start(const stream::Query& query) {
  // The query has opened a client with the same options already: this one can be opened too.
  if (auto watch = kafka::OpenSourceWatch(job_.source); watch.ok()) {
    watch_ = std::move(watch).value();
    kafka_ = std::jthread([this](const std::stop_token& stop) { WatchKafka(stop); });
  }
  MeasureTableAndDisks();
  rest_ = std::jthread([this, &query](const std::stop_token& stop) { WatchRest(query, stop); });
}

void QuerySampler::WatchKafka(const std::stop_token& stop) {
  do {
    const auto view = watch_->Look(stop);
    // What fails here is told by the query, which asks the same; ages go on by themselves.
    if (!view.ok()) continue;
    output_.metrics().source().Looked(clock_.Monotonic(), view->topics, view->latest);
    TellOnceOfTheCap();
  } while (clock_.SleepFor(kKafkaPause, stop));
}

void QuerySampler::TellOnceOfTheCap() {
  if (cap_told_ || !output_.metrics().source().summed()) return;
  cap_told_ = true;
  output_.log().Write(
      monitor::LogLevel::kWarn, "metrics_cap",
      "so many partitions are read that their metrics are summed by topic from now on: "
      "one series a topic, with the label partition=\"all\"");
}

void QuerySampler::WatchRest(const stream::Query& query, const std::stop_token& stop) {
  for (int look = 1; clock_.SleepFor(kStatsPause, stop); ++look) {
    TakeStats(query);
    if (look % kLooksPerMeasurement == 0) MeasureTableAndDisks();
  }
}

void QuerySampler::TakeStats(const stream::Query& query) {
  const stream::QueryStats stats = query.stats();
  if (std::exchange(activities_, stats.activities) != stats.activities) health_.Sign();
  output_.metrics().SetBufferedBytes(stats.buffered_bytes);
  output_.metrics().SetStages(StagesOf(stats));
}

void QuerySampler::MeasureTableAndDisks() {
  if (const auto size = delta::ReadTableSize(job_.query.table_path))
    output_.metrics().SetTableSize(size->version.value, size->files, size->bytes);
  for (const std::string& path : DiskPaths(job_.query)) {
    if (const auto space = monitor::ReadDiskSpace(path))
      output_.metrics().SetDisk(path, space->free_bytes, space->size_bytes);
  }
}

}  // namespace sluice::cli
