// SPDX-License-Identifier: Apache-2.0
#include "cli/job_runner.h"

#include <fmt/format.h>

#include <memory>
#include <thread>
#include <utility>

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

// Null if the job wants none.
Result<std::unique_ptr<http::Server>> StartMonitor(const config::JobConfig& job, JobOutput& output,
                                                   const monitor::Health& health,
                                                   const stream::Query& query) {
  using Server = std::unique_ptr<http::Server>;
  if (!job.monitor.enabled) return Server();
  SLUICE_ASSIGN_OR_RETURN(Server server,
                          monitor::StartMonitorServer(job.monitor.listen, output.metrics(), health,
                                                      [&query] { return query.RecentProgress(); }));
  output.log().Write(LogLevel::kInfo, "monitor",
                     fmt::format("metrics at http://{}/metrics", server->address()),
                     {{"address", server->address()}});
  return server;
}

Status RunQuery(const config::JobConfig& job, JobOutput& output, const std::stop_token& stop,
                const monitor::Health& health, RunWatch& watch) {
  auto query = MakeQuery(job, watch);
  if (!query.ok()) {
    watch.OnTerminated(query.status());
    return query.status();
  }
  const auto server = StartMonitor(job, output, health, **query);
  if (!server.ok()) {
    watch.OnTerminated(server.status());
    return server.status();
  }
  output.log().Write(
      LogLevel::kInfo, "start", fmt::format("Sluice {} runs {}", kVersion, job.file),
      {{"table", job.query.table_path}, {"checkpoint", job.query.checkpoint_location}});
  const StatusTicker ticker(output, watch, job);
  return (*query)->Run(stop);
}

}  // namespace

Status RunJob(const config::JobConfig& job, JobOutput& output, const std::stop_token& stop,
              RunTotals* totals) {
  monitor::Health health;
  RunWatch watch(output.metrics(), health, output.log(), SystemClock());
  const Status status = RunQuery(job, output, stop, health, watch);
  if (totals) *totals = watch.totals();
  return status;
}

}  // namespace sluice::cli
