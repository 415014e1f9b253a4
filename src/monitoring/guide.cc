// SPDX-License-Identifier: Apache-2.0
#include "monitoring/guide.h"

#include <fmt/format.h>

#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "monitoring/thresholds.h"

namespace sluice::monitoring {

namespace {

std::string Watched(const Plan& plan) {
  std::string text;
  for (const JobPlan& job : plan.jobs) {
    text += fmt::format("- the query `{}`, topic `{}`, at `{}`\n", job.query, job.target.topic,
                        job.target.address);
  }
  for (const ProducerPlan& producer : plan.producers) {
    text += fmt::format("- the producer of topic `{}`, at `{}`\n", producer.target.topic,
                        producer.target.address);
  }
  return text;
}

std::string Commands(const Plan& plan) {
  const Addresses& at = plan.addresses;
  return fmt::format(R"(```sh
prometheus --config.file=prometheus.yaml --storage.tsdb.path=data/prometheus \
  --web.listen-address={} --web.external-url={}
alertmanager --config.file=alertmanager.yaml --storage.path=data/alertmanager \
  --cluster.listen-address= --web.listen-address={} --web.external-url={}
GF_PATHS_PROVISIONING="$PWD/grafana/provisioning" grafana server --homepath /usr/share/grafana
```
)",
                     PrometheusListens(at), at.prometheus, AlertmanagerListens(at),
                     at.alertmanager);
}

std::string Numbers(const Plan& plan) {
  const Thresholds thresholds = ThresholdsOf(plan);
  std::string text = "| number | value |\n|---|---|\n";
  if (!plan.jobs.empty()) {
    const auto seconds = std::chrono::duration<double>(thresholds.trigger).count();
    const auto raised = [&](int64_t from) { return Raised(from, thresholds.trigger); };
    text += fmt::format(
        "| trigger{} | {:g} s |\n"
        "| rows are late (FreshnessBudgetBurn), 1 % of the time is allowed | after {} s |\n"
        "| nothing committed although records wait (Stuck) | for {} s |\n"
        "| no input (NoInput) | in {} min |\n"
        "| share of bad records (BadRecords), of conflicts (CommitConflicts) | over {} min |\n",
        plan.jobs.size() > 1 ? ", of the slowest job" : "", seconds, raised(kFreshnessSeconds),
        raised(kStuckSeconds), raised(600) / 60, raised(600) / 60);
  }
  if (!plan.producers.empty()) {
    text += fmt::format("| no good poll of a feed (SourceFailing) | for {} s |\n",
                        Raised(kSourceFailingSeconds, thresholds.poll));
  }
  return text;
}

// Tokens that stand in an environment only: Prometheus wants them in files.
std::string TokenSteps(const Plan& plan) {
  std::set<std::string> files;
  for (const JobPlan& job : plan.jobs) files.insert(job.target.token_file);
  for (const ProducerPlan& producer : plan.producers) files.insert(producer.target.token_file);
  files.erase("");
  std::string text;
  for (const std::string& file : files) {
    text += file.starts_with('/')
                ? fmt::format("- Let Prometheus read `{}` (`monitor.tokenFile`).\n", file)
                : fmt::format(
                      "- Put the value of `monitor.token` into the file `{}` here, in the "
                      "same way.\n",
                      file);
  }
  return text;
}

std::string Links(const Addresses& at) {
  if (!at.runbooks.empty()) return "";
  return fmt::format(R"(
The buttons of a message lead to Grafana at {} and to the runbooks at https://sluice.example,
which is nobody's: publish `runbooks/` somewhere and give its address with `--runbooks URL`.
)",
                     at.grafana);
}

}  // namespace

std::string Guide(const Plan& plan) {
  return fmt::format(R"(# Monitoring
Written by `sluice monitoring generate`, for

{}
## Start it
- Put the URL of an incoming webhook of Slack into the file `slack_webhook_url` here, readable for
  Alertmanager alone: `install -m 0600 /dev/stdin slack_webhook_url`, paste, Ctrl-D. Git does not see it.
{}- In this directory, each in a terminal or under a supervisor (Debian calls the second
  `prometheus-alertmanager`):

{}
Prometheus then is at {}, Alertmanager at {},
Grafana at {}: dashboards in the folder *Streaming*.
{}
## Numbers
Those that must fit are at least three triggers, or three polls of a feed:

{}
## Change it
Edit what you like: another `generate` into this directory leaves edited files alone and writes the new
text beside them as `NAME.new`; `--force` overwrites them. `runbooks/README.md` has a page for each alert.
)",
                     Watched(plan), TokenSteps(plan), Commands(plan), plan.addresses.prometheus,
                     plan.addresses.alertmanager, plan.addresses.grafana, Links(plan.addresses),
                     Numbers(plan));
}

}  // namespace sluice::monitoring
