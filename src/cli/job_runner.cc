// SPDX-License-Identifier: Apache-2.0
#include "cli/job_runner.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "cli/job_page.h"
#include "cli/listeners.h"
#include "cli/page_options.h"
#include "cli/query_sampler.h"
#include "core/version.h"
#include "delta/table.h"
#include "http/server.h"
#include "kafka/source.h"
#include "monitor/monitor_server.h"
#include "stream/memory_shares.h"
#include "stream/query.h"

namespace sluice::cli {

namespace {

using monitor::LogLevel;

Result<std::unique_ptr<stream::Query>> MakeQuery(const config::JobConfig& job,
                                                 stream::QueryListener& listener) {
  stream::QueryParts parts;
  kafka::SourceOptions source = job.source;
  source.queue_bytes = stream::ShareMemory(job.query.memory_bytes).queue_bytes;
  SLUICE_ASSIGN_OR_RETURN(parts.source, kafka::OpenKafkaSource(std::move(source), SystemClock()));
  parts.decode = job.decode;
  parts.include_headers = job.source.include_headers;
  parts.transform.sql = job.sql;
  parts.transform.time_zone = job.decode.time_zone;
  parts.transform.ansi = job.ansi;
  parts.transform.secrets = job.sql_secrets;
  parts.writer = job.writer;
  parts.open_table = delta::OpenTable;
  parts.create_table = delta::CreateTable;
  return stream::Query::Make(job.query, std::move(parts), listener, SystemClock());
}

// Draws the status line until it is destroyed; not among the lines of a JSON log.
class StatusTicker {
 public:
  StatusTicker(JobOutput& output, const RunWatch& watch, const config::JobConfig& job) {
    Console& console = output.console();
    if (!console.is_terminal() || output.log().writes_json()) return;
    const bool draining = job.query.trigger.kind != stream::Trigger::Kind::kProcessingTime;
    thread_ = std::jthread([&console, &watch, draining](const std::stop_token& stop) {
      while (SystemClock().SleepFor(std::chrono::milliseconds(250), stop)) {
        RunStatus status = watch.status();
        status.draining = draining;
        console.SetStatus(FormatStatusLine(status, console.width()));
      }
      console.ClearStatus();
    });
  }

 private:
  std::jthread thread_;
};

std::chrono::milliseconds IntervalOf(const stream::Trigger& trigger) {
  const bool periodic = trigger.kind == stream::Trigger::Kind::kProcessingTime;
  return periodic ? trigger.interval : std::chrono::milliseconds(0);
}

// Null if the job wants none.
Result<std::unique_ptr<http::Server>> StartMonitor(const config::JobConfig& job, JobOutput& output,
                                                   const monitor::Health& health,
                                                   const monitor::SparkGauges* spark,
                                                   const stream::Query& query, JobPage& page) {
  using Server = std::unique_ptr<http::Server>;
  if (!job.monitor.enabled) return Server();
  SLUICE_ASSIGN_OR_RETURN(monitor::PageServerOptions pages, PageOptionsOf(job.monitor));
  pages.site = page.site();
  SLUICE_ASSIGN_OR_RETURN(Server server, monitor::StartMonitorServer(
                                             std::move(pages), output.metrics(), health,
                                             [&query] { return query.RecentProgress(); }, spark));
  output.log().Write(
      LogLevel::kInfo, "monitor",
      fmt::format("live page at http://{0}/, metrics at http://{0}/metrics", server->address()),
      {{"address", server->address()}});
  return server;
}

Status RunQuery(const config::JobConfig& job, JobOutput& output, const std::stop_token& stop,
                monitor::Health& health, const monitor::SparkGauges* spark, RunWatch& watch) {
  JobPage page(job, output, SystemClock());
  Listeners listeners({&watch, &page.listener()});
  auto query = MakeQuery(job, listeners);
  if (!query.ok()) {
    watch.OnTerminated(query.status());
    return query.status();
  }
  const auto server = StartMonitor(job, output, health, spark, **query, page);
  if (!server.ok()) {
    watch.OnTerminated(server.status());
    return server.status();
  }
  output.log().Write(
      LogLevel::kInfo, "start", fmt::format("Sluice {} runs {}", kVersion, job.file),
      {{"table", job.query.table_path}, {"checkpoint", job.query.checkpoint_location}});
  const StatusTicker ticker(output, watch, job);
  QuerySampler sampler(job, output, health, SystemClock());
  if (job.monitor.enabled) {
    sampler.Start(**query);
    page.Start();
  }
  const Status status = (*query)->Run(stop);
  page.Finish();
  return status;
}

}  // namespace

Status RunJob(const config::JobConfig& job, JobOutput& output, const std::stop_token& stop,
              RunTotals* totals) {
  monitor::Health health(
      {.interval = IntervalOf(job.query.trigger),
       .stall_after = job.monitor.stall_after,
       .missing_topics = [&output] { return output.metrics().source().missing(); }},
      SystemClock());
  std::optional<monitor::SparkGauges> spark;
  if (!job.spark_namespace.empty())
    spark.emplace(job.spark_namespace, QueryLabel(job.query.name, job.file));
  monitor::SparkGauges* const gauges = spark ? &*spark : nullptr;
  RunWatch watch(output.metrics(), health, output.log(), SystemClock(), gauges);
  const Status status = RunQuery(job, output, stop, health, gauges, watch);
  if (totals) *totals = watch.totals();
  return status;
}

}  // namespace sluice::cli
