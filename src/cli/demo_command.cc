// SPDX-License-Identifier: Apache-2.0
#include "cli/demo_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/demo_chain.h"
#include "cli/demo_config.h"
#include "cli/exit_code.h"
#include "cli/job_output.h"
#include "cli/job_runner.h"
#include "cli/page_options.h"
#include "cli/report_mistakes.h"
#include "cli/run_command.h"
#include "cli/run_summary.h"
#include "cli/signal_watcher.h"
#include "cli/stage_checks.h"
#include "cli/status_line.h"
#include "cli/time_limit.h"
#include "core/value_text.h"
#include "http/server.h"

namespace sluice::cli {

namespace {

namespace fs = std::filesystem;

using monitor::LogLevel;

constexpr const char* kTopic = "dev_topic";
constexpr int kPartitions = 4;
constexpr const char* kShippedConfig = "config/config_demo.yaml";
constexpr const char* kBuiltInConfig = "built-in config_demo.yaml";

int Complain(JobOutput& output, const Status& status) {
  output.Tell(LogLevel::kError, "demo_failed", fmt::format("sluice demo: {}", status.message()),
              {{"code", status.code()}});
  return ExitCodeOf(status);
}

// What the demo decides for its job goes before anything that the user's shell has set.
std::map<std::string, std::string> JobEnvironment(const DemoArguments& arguments, int64_t now_ms) {
  std::map<std::string, std::string> environment = ProcessEnvironment();
  environment["KAFKA_BROKER"] = "in-process:1";  // replaced when the broker is there
  environment["KAFKA_TOPIC"] = kTopic;
  environment["DEMO_DIR"] = arguments.dir;
  environment["DEMO_RUN"] = fmt::format(
      "run-{:%Y%m%dT%H%M%S}-{:03}", fmt::gmtime(static_cast<time_t>(now_ms / 1000)), now_ms % 1000);
  return environment;
}

std::string ConfigName(const DemoArguments& arguments) {
  std::error_code error;
  if (!arguments.config.empty()) return arguments.config;
  return fs::exists(kShippedConfig, error) ? kShippedConfig : kBuiltInConfig;
}

config::ConfigReport LoadDemoConfig(const std::string& name,
                                    const std::map<std::string, std::string>& environment) {
  if (name == kBuiltInConfig)
    return config::ParseJobConfig(name, kDemoConfig, environment, AllStageChecks());
  return config::LoadJobConfig(name, environment, AllStageChecks());
}

Status MakeParents(const config::JobConfig& job) {
  for (const std::string& path : {job.query.table_path, job.query.checkpoint_location}) {
    const fs::path parent = fs::path(path).parent_path();
    std::error_code error;
    if (!parent.empty()) fs::create_directories(parent, error);
    if (error) {
      return Status::Exit("DEMO_DIRECTORY",
                          fmt::format("{}: cannot be made: {}; choose another with --dir",
                                      parent.string(), error.message()));
    }
  }
  return Status::Ok();
}

// The job would find it out only when the city is there and its page is promised.
Status CheckAddress(const config::MonitorOptions& monitor) {
  if (!monitor.enabled) return Status::Ok();
  http::ServerOptions options;
  options.listen = monitor.listen;
  options.setting = "--listen";
  options.advice = R"(start it by make run DEMO_ARGS="--listen 127.0.0.1:0")";
  options.error_code = "MONITOR_ADDRESS";
  return http::Server::Start(std::move(options), [](const auto&) { return http::ServerResponse(); })
      .status();
}

// What an earlier run left, in one line; its broker took the topic with it when it ended.
void TellOfEarlierRuns(const config::JobConfig& job, JobOutput& output) {
  std::error_code error;
  const fs::path log = fs::path(job.query.table_path) / "_delta_log";
  if (!fs::exists(log, error)) return;
  output.Tell(
      LogLevel::kInfo, "demo_again",
      fmt::format("an earlier demo left the table {}: this run adds to it; the earlier broker is "
                  "gone with its topic, so this run "
                  "begins a new topic and a new checkpoint {}",
                  job.query.table_path, job.query.checkpoint_location),
      {{"table", job.query.table_path}, {"checkpoint", job.query.checkpoint_location}});
}

// The producer's, as the job's: beside its port, if that is the usual one; else at a free one.
config::MonitorOptions ProducerMonitor(config::MonitorOptions monitor) {
  const size_t colon = monitor.listen.rfind(':');
  const bool usual = monitor.listen.substr(colon) == ":4040";
  monitor.listen = monitor.listen.substr(0, colon) + (usual ? ":4041" : ":0");
  return monitor;
}

// To the job's page; none where its port is not known yet.
std::vector<page::Link> JobLink(const config::MonitorOptions& monitor) {
  if (!monitor.enabled || monitor.listen.ends_with(":0")) return {};
  return {{"Job", fmt::format("http://{}/", monitor.listen)}};
}

void TellOfCity(const DemoArguments& arguments, const config::JobConfig& job,
                const DemoChain& chain, JobOutput& output) {
  const std::vector<page::Link> link = JobLink(job.monitor);
  const std::string watch =
      link.empty() ? "" : fmt::format("open {} to see all that live; ", link[0].href);
  output.Tell(LogLevel::kInfo, "demo_city",
              fmt::format("a city of {} vehicles (seed {}) is at http://{}/; a producer asks it {} "
                          "times a second; the table is {}; {}Ctrl-C ends it",
                          arguments.vehicles, arguments.seed, chain.city_address(), arguments.rate,
                          job.query.table_path, watch),
              {{"vehicles", int64_t{arguments.vehicles}},
               {"seed", static_cast<int64_t>(arguments.seed)},
               {"address", chain.city_address()},
               {"polls_per_second", arguments.rate}});
}

// What the configuration does not know of itself: it is the demo that decides.
void TellPage(const config::JobConfig& job, const DemoChain& chain, JobOutput& output) {
  output.SetEffective("source.kafka.bootstrap.servers", chain.bootstrap_servers(),
                      "the demo's broker");
  output.SetEffective("monitor.listen", job.monitor.listen, "the demo");
  if (!chain.producer_address().empty())
    output.AddLink({"Producer", fmt::format("http://{}/", chain.producer_address())});
}

void TellOfLateMessages(int64_t sent, int64_t committed, JobOutput& output) {
  if (sent <= committed) return;
  output.Tell(LogLevel::kInfo, "demo_late_messages",
              fmt::format("{} of the producer's {} messages came after the last batch and went "
                          "with the in-process broker",
                          WithThousands(sent - committed), WithThousands(sent)),
              {{"messages", sent - committed}, {"sent", sent}});
}

int RunDemo(const DemoArguments& arguments, config::JobConfig job,
            const std::optional<std::chrono::milliseconds>& limit, JobOutput& output) {
  const std::stop_source stop;
  const SignalWatcher signals(stop, [&output](const char* name) { output.TellStopping(name); });
  if (const Status free = CheckAddress(job.monitor); !free.ok()) return Complain(output, free);
  if (const Status made = MakeParents(job); !made.ok()) return Complain(output, made);
  TellOfEarlierRuns(job, output);
  job.query.warn_of_foreign_table = false;
  // The broker first: the job gets its address.
  const auto started =
      DemoChain::Start({kTopic, kPartitions, arguments.vehicles, arguments.seed, arguments.rate,
                        ProducerMonitor(job.monitor), JobLink(job.monitor)},
                       output);
  if (!started.ok()) return Complain(output, started.status());
  DemoChain& chain = **started;
  job.source.client["bootstrap.servers"] = chain.bootstrap_servers();
  TellPage(job, chain, output);
  TellOfCity(arguments, job, chain, output);
  const std::jthread timer = StartTimer(limit, stop);
  RunTotals totals;
  const Status status = RunJob(job, output, stop.get_token(), &totals);
  chain.Stop();
  TellSummary(output, job, totals);
  TellOfLateMessages(chain.messages(), totals.records, output);
  return ExitCodeOf(status);
}

}  // namespace

int DemoCommand(const DemoArguments& arguments) {
  const auto limit = ParseTimeLimit(arguments.duration);
  if (!limit.ok()) {
    fmt::print(stderr, "sluice demo: {}\n", limit.status().message());
    return kExitConfiguration;
  }
  const std::string name = ConfigName(arguments);
  const config::ConfigReport report =
      LoadDemoConfig(name, JobEnvironment(arguments, SystemClock().NowMs()));
  Console console;
  JobOutput output(report, name, console);
  TellReport(report, output);
  if (!report.config) return kExitConfiguration;
  config::JobConfig job = *report.config;
  if (!TakeListen("sluice demo", arguments.listen, job.monitor)) return kExitConfiguration;
  return RunDemo(arguments, std::move(job), *limit, output);
}

}  // namespace sluice::cli
