// SPDX-License-Identifier: Apache-2.0
//
// Would an alert reach Slack: is Alertmanager there, does Prometheus send to it, has it a Slack receiver, did
// its messages go through, does a silence keep them back? The fourth of the classic questions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "doctor/finding.h"
#include "doctor/monitored.h"
#include "doctor/web.h"

namespace sluice::doctor {

struct SlackCounts {
  int64_t attempts = 0;
  int64_t failed = 0;
};
// Requests to Slack, out of Alertmanager's /metrics.
SlackCounts CountsOf(const std::string& metrics);

struct AlertmanagerLook {
  std::string url;
  Result<Answer> status = Answer();    // /api/v2/status
  Result<Answer> silences = Answer();  // /api/v2/silences
  Result<Answer> metrics = Answer();
  // Addresses that Prometheus sends to; unset if Prometheus does not answer.
  std::optional<std::vector<std::string>> known_to_prometheus;
};

Finding CheckAlertmanager(const AlertmanagerLook& look, const Monitored& monitored);

// The file that the configuration of Alertmanager reads Slack's webhook from; empty if it says none.
std::string WebhookFileOf(const Result<Answer>& status);
// True if it answers as Alertmanager does.
bool IsAlertmanager(const Result<Answer>& status);

}  // namespace sluice::doctor
