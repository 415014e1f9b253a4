// SPDX-License-Identifier: Apache-2.0
#include "cli/monitoring_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>
#include <variant>

#include "cli/exit_code.h"
#include "cli/produce_checks.h"
#include "cli/report_mistakes.h"
#include "cli/run_command.h"
#include "cli/stage_checks.h"
#include "monitoring/monitoring_files.h"
#include "monitoring/written_files.h"

namespace sluice::cli {

namespace {

namespace fs = std::filesystem;

Status Refused(const std::string& file, const std::string& why) {
  return Status::Exit("MONITORING", file + ": " + why);
}

std::string TopicOf(const kafka::SourceOptions& source) {
  if (const auto* pattern = std::get_if<kafka::SubscribePattern>(&source.subscription))
    return pattern->pattern;
  std::set<std::string> names;
  if (const auto* subscribe = std::get_if<kafka::Subscribe>(&source.subscription))
    names.insert(subscribe->topics.begin(), subscribe->topics.end());
  if (const auto* assign = std::get_if<kafka::Assign>(&source.subscription)) {
    for (const TopicPartition& partition : assign->partitions) names.insert(partition.topic);
  }
  return fmt::format("{}", fmt::join(names, ","));
}

// Where a Prometheus on the same machine reaches a program that listens there.
Result<std::string> ScrapeAddress(const std::string& file, const config::MonitorOptions& monitor) {
  if (!monitor.enabled)
    return Refused(file, "monitor.enabled is false, so there is nothing to scrape");
  const size_t colon = monitor.listen.rfind(':');
  if (colon == std::string::npos || monitor.listen.substr(colon) == ":0") {
    return Refused(file, "monitor.listen is " + monitor.listen +
                             ", but Prometheus needs a port that stays the same");
  }
  const std::string host = monitor.listen.substr(0, colon);
  const bool any = host.empty() || host == "0.0.0.0" || host == "[::]" || host == "*";
  return (any ? "127.0.0.1" : host) + monitor.listen.substr(colon);
}

// Where Prometheus finds the token. One that stands in an environment has to be put into a file.
std::string TokenFile(const config::MonitorOptions& monitor) {
  if (!monitor.token_file.empty()) {
    std::error_code error;
    const fs::path file = fs::absolute(monitor.token_file, error);
    return error ? monitor.token_file : file.lexically_normal().string();
  }
  if (monitor.token.empty()) return "";
  return "monitor_" + monitor.listen.substr(monitor.listen.rfind(':') + 1) + "_token";
}

// Into the plan, or what is wrong.
Status Add(const std::string& file, monitoring::Plan& plan) {
  if (config::IsProducerFile(file)) {
    const auto report = config::LoadProducerConfig(file, ProcessEnvironment(), AllProducerChecks());
    PrintReport(report);
    if (!report.config) return Refused(file, "it has mistakes");
    SLUICE_ASSIGN_OR_RETURN(auto producer, PlanOf(*report.config));
    plan.producers.push_back(std::move(producer));
    return Status::Ok();
  }
  const auto report = config::LoadJobConfig(file, ProcessEnvironment(), AllStageChecks());
  PrintReport(report);
  if (!report.config) return Refused(file, "it has mistakes");
  SLUICE_ASSIGN_OR_RETURN(auto job, PlanOf(*report.config));
  plan.jobs.push_back(std::move(job));
  return Status::Ok();
}

// Two programs at one address cannot both be meant, nor two queries of one name.
Status CheckDistinct(const monitoring::Plan& plan) {
  std::set<std::string> addresses;
  std::set<std::string> queries;
  const auto is_new = [](std::set<std::string>& seen, const std::string& one) {
    return seen.insert(one).second;
  };
  for (const monitoring::JobPlan& job : plan.jobs) {
    if (!is_new(queries, job.query))
      return Status::Exit("MONITORING", "two of the jobs have the query.name " + job.query);
    if (!is_new(addresses, job.target.address))
      return Status::Exit("MONITORING", "two have the monitor.listen " + job.target.address);
  }
  for (const monitoring::ProducerPlan& producer : plan.producers) {
    if (!is_new(addresses, producer.target.address))
      return Status::Exit("MONITORING", "two have the monitor.listen " + producer.target.address);
  }
  return Status::Ok();
}

Status CheckUrl(const char* option, std::string& url) {
  while (url.ends_with('/')) url.pop_back();
  const bool known = url.starts_with("http://") || url.starts_with("https://");
  const bool plain = std::ranges::all_of(url, [](char c) {
    return c > ' ' && c < 127 && std::string_view("'\"\\{}<>|$`").find(c) == std::string_view::npos;
  });
  if (known && plain) return Status::Ok();
  return Status::Exit("MONITORING", fmt::format("{} {}: expected an address such as "
                                                "https://host.example:3000",
                                                option, url));
}

Status CheckAddresses(monitoring::Addresses& at) {
  SLUICE_RETURN_IF_ERROR(CheckUrl("--prometheus", at.prometheus));
  SLUICE_RETURN_IF_ERROR(CheckUrl("--alertmanager", at.alertmanager));
  SLUICE_RETURN_IF_ERROR(CheckUrl("--grafana", at.grafana));
  return at.runbooks.empty() ? Status::Ok() : CheckUrl("--runbooks", at.runbooks);
}

Result<monitoring::Plan> MakePlan(const MonitoringArguments& arguments) {
  monitoring::Plan plan;
  plan.addresses = arguments.addresses;
  SLUICE_RETURN_IF_ERROR(CheckAddresses(plan.addresses));
  std::error_code error;
  const fs::path directory = fs::absolute(arguments.out, error);
  if (error)
    return Status::Exit("MONITORING",
                        fmt::format("--out '{}': {}", arguments.out, error.message()));
  plan.directory = directory.lexically_normal().string();
  while (plan.directory.size() > 1 && plan.directory.ends_with('/')) plan.directory.pop_back();
  for (const std::string& file : arguments.configs) SLUICE_RETURN_IF_ERROR(Add(file, plan));
  SLUICE_RETURN_IF_ERROR(CheckDistinct(plan));
  return plan;
}

void PrintOutcome(const monitoring::WrittenFile& file) {
  using monitoring::Outcome;
  switch (file.outcome) {
    case Outcome::kWritten: fmt::print("written      {}\n", file.path); return;
    case Outcome::kUnchanged: fmt::print("unchanged    {}\n", file.path); return;
    case Outcome::kForced: fmt::print("overwritten  {}\n", file.path); return;
    case Outcome::kKept:
      fmt::print(
          "kept         {0}: it was edited, or is not of this command; the new text is in {0}.new, "
          "--force overwrites\n",
          file.path);
  }
}

void PrintOutcomes(const monitoring::WriteReport& report, const MonitoringArguments& arguments) {
  for (const monitoring::WrittenFile& file : report.files) PrintOutcome(file);
  for (const std::string& path : report.left_over)
    fmt::print("left over    {}: made before, and of no use any more\n", path);
  fmt::print("\n{} says how to start Prometheus, Alertmanager and Grafana with them\n",
             (fs::path(arguments.out) / "README.md").string());
  if (arguments.addresses.runbooks.empty()) {
    fmt::print(
        "messages lead to runbooks at https://sluice.example, which is nobody's, until "
        "--runbooks URL says where runbooks/ is published\n");
  }
}

int Told(const Status& status) {
  fmt::print(stderr, "{}; nothing was written\n", status.message());
  return ExitCodeOf(status);
}

}  // namespace

Result<monitoring::JobPlan> PlanOf(const config::JobConfig& job) {
  SLUICE_ASSIGN_OR_RETURN(const std::string address, ScrapeAddress(job.file, job.monitor));
  if (job.query.trigger.kind != stream::Trigger::Kind::kProcessingTime) {
    return Refused(job.file,
                   "query.trigger ends the job by itself, and an alert that it is down would be "
                   "false; only a job with processingTime is watched");
  }
  if (job.query.name.empty())
    return Refused(job.file, "query.name is empty; alerts would not say which query they mean");
  monitoring::JobPlan plan;
  plan.target = {
      .address = address, .topic = TopicOf(job.source), .token_file = TokenFile(job.monitor)};
  plan.query = job.query.name;
  plan.trigger = job.query.trigger.interval;
  return plan;
}

Result<monitoring::ProducerPlan> PlanOf(const config::ProducerConfig& producer) {
  SLUICE_ASSIGN_OR_RETURN(const std::string address,
                          ScrapeAddress(producer.file, producer.monitor));
  monitoring::ProducerPlan plan;
  plan.target = {.address = address,
                 .topic = producer.producer.kafka.topic,
                 .token_file = TokenFile(producer.monitor)};
  for (const produce::FeedOptions& feed : producer.producer.feeds) {
    plan.interval = std::max(plan.interval, feed.interval);
    plan.frozen_after = std::max(plan.frozen_after, feed.frozen_after);
  }
  return plan;
}

int GenerateMonitoringCommand(const MonitoringArguments& arguments) {
  const Result<monitoring::Plan> plan = MakePlan(arguments);
  if (!plan.ok()) return Told(plan.status());
  const auto report =
      monitoring::WriteFiles(plan->directory, monitoring::MonitoringFiles(*plan), arguments.force);
  if (!report.ok()) {
    fmt::print(stderr, "{}\n", report.status().message());
    return ExitCodeOf(report.status());
  }
  PrintOutcomes(*report, arguments);
  return kExitOk;
}

}  // namespace sluice::cli
