// SPDX-License-Identifier: Apache-2.0
#include "cli/job_page.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "cli/page_options.h"
#include "core/version.h"
#include "kafka/source_watch.h"
#include "monitor/process_stats.h"
#include "page/query_board.h"
#include "page/words.h"

namespace sluice::cli {

namespace {

double SecondsOf(std::chrono::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string TriggerText(const stream::Trigger& trigger) {
  switch (trigger.kind) {
    case stream::Trigger::Kind::kAvailableNow: return "at once, until all that was there is read";
    case stream::Trigger::Kind::kOnce: return "once";
    case stream::Trigger::Kind::kProcessingTime: break;
  }
  if (trigger.interval.count() == 0) return "as soon as the one before is done";
  return fmt::format("every {:.6g} s", SecondsOf(trigger.interval));
}

page::QueryInfo InfoOf(const config::JobConfig& job, const JobOutput& output, int64_t now_ms) {
  page::QueryInfo info;
  info.program = fmt::format("Sluice {}", kVersion);
  info.name = output.label();
  info.topics = kafka::SubscribedNames(job.source);
  info.table = job.query.table_path;
  info.checkpoint = job.query.checkpoint_location;
  info.trigger = TriggerText(job.query.trigger);
  if (job.query.trigger.kind == stream::Trigger::Kind::kProcessingTime)
    info.trigger_seconds = SecondsOf(job.query.trigger.interval);
  info.started_ms = now_ms;
  info.samples = job.monitor.samples;
  for (const config::EffectiveValue& value : output.effective())
    info.config.push_back({value.key, value.value, value.origin});
  info.links = output.links();
  return info;
}

}  // namespace

JobPage::JobPage(const config::JobConfig& job, JobOutput& output, Clock& clock)
    : output_(output),
      clock_(clock),
      watch_(inbox_, clock),
      live_(std::make_unique<page::QueryBoard>(InfoOf(job, output, clock.NowMs()), inbox_,
                                               output.page_log()),
            clock),
      site_("index.html", live_) {}

void JobPage::Start() {
  live_.Start([this](int64_t now_ms) { Look(now_ms); });
}

monitor::Site JobPage::site() {
  return [this](const http::ServerRequest& request) { return site_.Answer(request); };
}

void JobPage::Look(int64_t now_ms) {
  page::PositionsSeen seen{now_ms, {}};
  for (const auto& state : output_.metrics().source().Partitions(clock_.Monotonic(), now_ms)) {
    seen.rows.push_back({state.partition.topic, state.partition.partition.value, state.latest,
                         state.committed, state.lag_records, state.lag_seconds});
  }
  if (!seen.rows.empty()) inbox_.Put(std::move(seen));
  const monitor::ProcessStats process = monitor::ReadProcessStats();
  inbox_.Put(page::ResourcesSeen{now_ms, process.cpu_seconds, process.resident_bytes});
}

}  // namespace sluice::cli
