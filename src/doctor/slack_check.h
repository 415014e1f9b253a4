// SPDX-License-Identifier: Apache-2.0
//
// The file with Slack's webhook, whose content is a secret: nothing of it is in a finding. And one test
// message on the way that alerts take.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/clock.h"
#include "doctor/finding.h"
#include "doctor/monitored.h"
#include "doctor/web.h"

namespace sluice::doctor {

struct WebhookLook {
  std::string file;
  int error = 0;  // errno of opening it
  unsigned mode = 0;
  std::string text;  // secret
};

// The first of these that is there, or the first. `from_alertmanager`: what its configuration names.
std::string FindWebhookFile(const std::string& given, const std::string& from_alertmanager,
                            const std::string& config_file);
WebhookLook LookAtWebhook(const std::string& file);
Finding CheckWebhook(const WebhookLook& look);
// The URL in it; empty if there is none that could be posted to.
std::string WebhookUrl(const WebhookLook& look);

// Posts one alert to Alertmanager and waits until it has told Slack, or, without Alertmanager, posts to the
// webhook itself. `alertmanager`: empty if it does not run.
Finding SendTestMessage(const std::string& alertmanager, const WebhookLook& webhook,
                        const Monitored& monitored, Web& web, Clock& clock);

}  // namespace sluice::doctor
