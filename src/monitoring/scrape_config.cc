// SPDX-License-Identifier: Apache-2.0
#include "monitoring/scrape_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "monitoring/embedded.h"
#include "monitoring/text.h"

namespace sluice::monitoring {

namespace {

constexpr std::string_view kHead =
    "# SPDX-License-Identifier: Apache-2.0\n"
    "# Written by `sluice monitoring generate`; README.md beside it says how to start Prometheus "
    "with it.\n"
    "# What the program itself says of a series goes before the labels of its target "
    "(honor_labels).\n";
constexpr std::string_view kJob = "- job_name: ";

struct Scraped {
  std::string token_file;
  std::string target;  // YAML
};

std::vector<Scraped> JobTargets(const Plan& plan) {
  std::vector<Scraped> found;
  for (const JobPlan& job : plan.jobs) {
    found.push_back({job.target.token_file,
                     fmt::format("  - targets: [{}]\n    labels: {{query: {}, topic: {}}}\n",
                                 YamlQuoted(job.target.address), YamlQuoted(job.query),
                                 YamlQuoted(job.target.topic))});
  }
  return found;
}

std::vector<Scraped> ProducerTargets(const Plan& plan) {
  std::vector<Scraped> found;
  for (const ProducerPlan& producer : plan.producers) {
    found.push_back(
        {producer.target.token_file,
         fmt::format("  - targets: [{}]\n    labels: {{topic: {}}}\n",
                     YamlQuoted(producer.target.address), YamlQuoted(producer.target.topic))});
  }
  return found;
}

// One entry for each token, since a token is an entry's. Names of entries differ; the label job does not.
std::string Entries(const std::string& job, const std::vector<Scraped>& targets) {
  std::vector<std::string> tokens;
  for (const Scraped& one : targets) {
    if (std::ranges::find(tokens, one.token_file) == tokens.end()) tokens.push_back(one.token_file);
  }
  std::string text;
  for (size_t n = 0; n < tokens.size(); ++n) {
    text += fmt::format("{}{}{}\n  honor_labels: true\n", kJob, job,
                        n == 0 ? "" : fmt::format("-{}", n + 1));
    if (n > 0)
      text += fmt::format("  relabel_configs: [{{target_label: job, replacement: {}}}]\n", job);
    if (!tokens[n].empty())
      text += fmt::format("  authorization: {{credentials_file: {}}}\n", YamlQuoted(tokens[n]));
    text += "  static_configs:\n";
    for (const Scraped& one : targets) {
      if (one.token_file == tokens[n]) text += one.target;
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string ScrapeConfig(const Plan& plan) {
  const std::string_view source = Embedded("monitoring/prometheus.yaml");
  const size_t begin = source.find("global:\n");
  const size_t jobs = source.find(kJob);
  const size_t others = source.find("- job_name: prometheus\n");
  std::string text = std::string(kHead) + std::string(source.substr(begin, jobs - begin)) +
                     Entries("spark-streaming", JobTargets(plan)) +
                     Entries("sluice-producer", ProducerTargets(plan)) +
                     std::string(source.substr(others));
  // In two steps, since each may listen where the other usually does.
  text = Replaced(std::move(text), "['127.0.0.1:9090']", "[prometheus]");
  text = Replaced(std::move(text), "['127.0.0.1:9093']", "[alertmanager]");
  text = Replaced(std::move(text), "[prometheus]", "['" + PrometheusListens(plan.addresses) + "']");
  return Replaced(std::move(text), "[alertmanager]",
                  "['" + AlertmanagerListens(plan.addresses) + "']");
}

}  // namespace sluice::monitoring
