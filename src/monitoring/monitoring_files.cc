// SPDX-License-Identifier: Apache-2.0
#include "monitoring/monitoring_files.h"

#include <string_view>

#include "monitoring/alert_rules.h"
#include "monitoring/dashboards.h"
#include "monitoring/embedded.h"
#include "monitoring/guide.h"
#include "monitoring/scrape_config.h"
#include "monitoring/text.h"

namespace sluice::monitoring {

namespace {

constexpr std::string_view kDashboards = "monitoring/grafana_dashboards/";
constexpr std::string_view kProvisioning = "monitoring/grafana/provisioning/";
constexpr std::string_view kRunbooks = "docs/runbooks/";
constexpr std::string_view kWebhook = "/etc/alertmanager/secrets/slack_webhook_url";

std::string AlertmanagerConfig(const Plan& plan) {
  const std::string webhook = plan.directory + "/slack_webhook_url";
  std::string text(Embedded("monitoring/alertmanager.yaml"));
  text = Replaced(std::move(text), "slack_api_url_file: " + std::string(kWebhook),
                  "slack_api_url_file: " + YamlQuoted(webhook));
  return Replaced(std::move(text), kWebhook, webhook);
}

std::string Provisioning(std::string_view source, const Plan& plan) {
  std::string text = Replaced(std::string(source), "url: http://prometheus:9090",
                              "url: " + YamlQuoted(plan.addresses.prometheus));
  return Replaced(std::move(text), "path: /etc/grafana/dashboards",
                  "path: " + YamlQuoted(plan.directory + "/grafana/dashboards"));
}

// Links to pages that are not written beside them become the names of these pages.
std::string Runbook(std::string_view source) {
  std::string text(source);
  for (size_t link = text.find("](../"); link != std::string::npos; link = text.find("](../")) {
    const size_t name = text.rfind('[', link);
    const size_t end = text.find(')', link);
    if (name == std::string::npos || end == std::string::npos) break;
    const std::string page = text.substr(link + 5, end - link - 5);
    text.replace(name, end + 1 - name, "`docs/" + page + "`");
  }
  return text;
}

}  // namespace

std::vector<TextFile> MonitoringFiles(const Plan& plan) {
  std::vector<TextFile> files = {
      {"README.md", Guide(plan)},
      {"prometheus.yaml", ScrapeConfig(plan)},
      {"alert.rules.yaml", AlertRules(plan)},
      {"alertmanager.yaml", AlertmanagerConfig(plan)},
      {"slack.tmpl", std::string(Embedded("monitoring/slack.tmpl"))},
      // Secrets that are put here by hand, and what the programs keep.
      {".gitignore", "slack_webhook_url\n*_token\ndata/\n"},
  };
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (file.path.starts_with(kProvisioning)) {
      const std::string_view name = file.path.substr(kProvisioning.size());
      files.push_back({"grafana/provisioning/" + std::string(name), Provisioning(file.text, plan)});
    } else if (file.path.starts_with(kDashboards)) {
      const std::string_view name = file.path.substr(kDashboards.size());
      if (HasUseFor(name, plan))
        files.push_back({"grafana/dashboards/" + std::string(name), Dashboard(file.text, plan)});
    } else if (file.path.starts_with(kRunbooks)) {
      files.push_back(
          {"runbooks/" + std::string(file.path.substr(kRunbooks.size())), Runbook(file.text)});
    }
  }
  return files;
}

}  // namespace sluice::monitoring
