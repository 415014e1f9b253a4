// SPDX-License-Identifier: Apache-2.0
#include "cli/produce_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>

#include "cli/command_output.h"
#include "cli/core_dumps.h"
#include "cli/effective_values.h"
#include "cli/exit_code.h"
#include "cli/feed_page.h"
#include "cli/page_options.h"
#include "cli/produce_checks.h"
#include "cli/produce_watch.h"
#include "cli/producer_pages.h"
#include "cli/report_mistakes.h"
#include "cli/run_command.h"
#include "cli/signal_watcher.h"
#include "cli/status_line.h"
#include "cli/time_limit.h"
#include "config/key_reference.h"
#include "config/producer_config.h"
#include "config/producer_keys.h"
#include "core/value_text.h"
#include "core/version.h"
#include "monitor/page_server.h"
#include "produce/feed_producer.h"

namespace sluice::cli {

namespace {

using monitor::LogLevel;

std::vector<std::string> NamesOf(const std::vector<produce::FeedOptions>& feeds) {
  std::vector<std::string> names;
  for (const produce::FeedOptions& feed : feeds) names.push_back(feed.name);
  return names;
}

// Writes what happened in each minute until it is destroyed.
class MinuteTicker {
 public:
  explicit MinuteTicker(ProduceWatch& watch) {
    thread_ = std::jthread([&watch](const std::stop_token& stop) {
      while (SystemClock().SleepFor(std::chrono::minutes(1), stop)) watch.TellMinute();
    });
  }

 private:
  std::jthread thread_;
};

// Null if the configuration wants none.
Result<std::unique_ptr<http::Server>> StartPages(const config::ProducerConfig& config,
                                                 CommandOutput& output, const ProduceWatch& watch,
                                                 const monitor::ProducerMetrics& metrics,
                                                 const produce::FeedProducer& producer,
                                                 FeedPage& page) {
  using Server = std::unique_ptr<http::Server>;
  if (!config.monitor.enabled) return Server();
  SLUICE_ASSIGN_OR_RETURN(monitor::PageServerOptions options, PageOptionsOf(config.monitor));
  options.site = page.site();
  SLUICE_ASSIGN_OR_RETURN(
      Server server,
      StartProducerPages(std::move(options), config.monitor.stall_after, watch, metrics, producer));
  page.Start([&producer] { return producer.sink_stats(); });
  output.log().Write(
      LogLevel::kInfo, "monitor",
      fmt::format("live page at http://{0}/, metrics at http://{0}/metrics", server->address()),
      {{"address", server->address()}});
  return server;
}

void TellStart(const config::ProducerConfig& config, CommandOutput& output) {
  const auto& kafka = config.producer.kafka;
  const size_t feeds = config.producer.feeds.size();
  output.log().Write(LogLevel::kInfo, "start",
                     fmt::format("Sluice {} produces {} feed{} into topic {} ({})", kVersion, feeds,
                                 feeds == 1 ? "" : "s", kafka.topic, config.file),
                     {{"feeds", static_cast<int64_t>(feeds)}, {"topic", kafka.topic}});
}

void TellEnd(const Status& status, CommandOutput& output) {
  if (status.ok()) {
    output.log().Write(LogLevel::kInfo, "producer_ended",
                       "the producer ended; Kafka has acknowledged all that was polled");
  } else {
    output.log().Write(LogLevel::kError, "producer_failed", status.message(),
                       {{"code", status.code()}});
  }
}

void TellTotals(const ProduceTotals& totals, double seconds, CommandOutput& output) {
  output.Tell(
      LogLevel::kInfo, "summary",
      fmt::format("{} polls in {}: {} published, {} failed; {} messages ({}) of {} entities; {} "
                  "acknowledged, {} lost",
                  WithThousands(totals.polls), HumanDuration(seconds),
                  WithThousands(totals.published), WithThousands(totals.failed),
                  WithThousands(totals.messages), HumanBytes(totals.message_bytes),
                  WithThousands(totals.entities), WithThousands(totals.delivered),
                  WithThousands(totals.lost)),
      {{"polls", totals.polls},
       {"published", totals.published},
       {"failed", totals.failed},
       {"messages", totals.messages},
       {"message_bytes", totals.message_bytes},
       {"entities", totals.entities},
       {"delivered", totals.delivered},
       {"lost", totals.lost},
       {"seconds", seconds}});
}

Status RunProducer(const config::ProducerConfig& config, CommandOutput& output,
                   const std::vector<config::EffectiveValue>& effective,
                   const std::stop_token& stop, ProduceWatch& watch,
                   const monitor::ProducerMetrics& metrics) {
  FeedPage page({config.producer, config.monitor, effective, {}}, watch, output.page_log(),
                SystemClock());
  SLUICE_ASSIGN_OR_RETURN(const auto producer,
                          produce::FeedProducer::Make(config.producer, page, SystemClock()));
  SLUICE_ASSIGN_OR_RETURN(const auto server,
                          StartPages(config, output, watch, metrics, *producer, page));
  TellStart(config, output);
  const MinuteTicker ticker(watch);
  const Status status = producer->Run(stop);
  page.Finish(status);
  return status;
}

int Produce(const config::ProducerConfig& config,
            const std::vector<config::EffectiveValue>& effective, CommandOutput& output,
            const std::optional<std::chrono::milliseconds>& limit) {
  monitor::ProducerMetrics metrics(NamesOf(config.producer.feeds), MetricLabels(),
                                   SystemClock().NowMs());
  output.log().OnLine([&metrics](std::string_view level) { metrics.LogLine(level); });
  const std::stop_source stop;
  const SignalWatcher signals(stop, [&output](const char* name) {
    output.TellStopping(name, "when Kafka has what was polled, within 5 seconds");
  });
  ProduceWatch watch(config.producer.feeds, metrics, output.log(), SystemClock());
  const std::jthread timer = StartTimer(limit, stop);
  const auto begun = SystemClock().Monotonic();
  const Status status = RunProducer(config, output, effective, stop.get_token(), watch, metrics);
  TellEnd(status, output);
  const ProduceTotals totals = watch.totals();
  const auto seconds = std::chrono::duration<double>(SystemClock().Monotonic() - begun).count();
  if (status.ok() || totals.polls > 0) TellTotals(totals, seconds, output);
  return ExitCodeOf(status);
}

}  // namespace

int ProduceCommand(const ProduceArguments& arguments) {
  ForbidCoreDumps();  // before a key is read
  const auto limit = ParseTimeLimit(arguments.duration);
  if (!limit.ok()) {
    fmt::print(stderr, "sluice produce: {}\n", limit.status().message());
    return kExitConfiguration;
  }
  const config::ProducerReport report =
      config::LoadProducerConfig(arguments.config, ProcessEnvironment(), AllProducerChecks());
  Console console;
  CommandOutput output(report.log, "", console);
  TellReport(report, output);
  if (!report.config) return kExitConfiguration;
  config::ProducerConfig config = *report.config;
  if (!config.has_secrets) AllowCoreDumps();
  config.producer.replay_speed = arguments.speed;
  config.producer.replay_loop = arguments.loop;
  if (!TakeListen("sluice produce", arguments.listen, config.monitor)) return kExitConfiguration;
  return Produce(config, report.effective, output, *limit);
}

int CheckProducer(const std::string& config) {
  const config::ProducerReport report =
      config::LoadProducerConfig(config, ProcessEnvironment(), AllProducerChecks());
  PrintEffectiveValues(report.effective);
  std::fflush(stdout);
  PrintReport(report);
  if (!report.config) return kExitConfiguration;
  fmt::print("\n{} is right: {} feeds into topic {}\n", config,
             report.config->producer.feeds.size(), report.config->producer.kafka.topic);
  return kExitOk;
}

void PrintProducerSchema() {
  std::fputs(config::KeySchema(config::ProducerKeys()).c_str(), stdout);
}

void PrintProducerKeys() {
  std::fputs(config::KeyMarkdown(config::ProducerKeys()).c_str(), stdout);
}

}  // namespace sluice::cli
