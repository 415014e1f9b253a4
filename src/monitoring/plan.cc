// SPDX-License-Identifier: Apache-2.0
#include "monitoring/plan.h"

#include <string_view>

namespace sluice::monitoring {

namespace {

std::string ListenAt(const std::string& url, std::string_view port) {
  constexpr std::string_view kLocal = "http://127.0.0.1:";
  if (!url.starts_with(kLocal)) return "127.0.0.1:" + std::string(port);
  const std::string rest = url.substr(kLocal.size());
  return "127.0.0.1:" + rest.substr(0, rest.find('/'));
}

}  // namespace

std::string PrometheusListens(const Addresses& at) { return ListenAt(at.prometheus, "9090"); }

std::string AlertmanagerListens(const Addresses& at) { return ListenAt(at.alertmanager, "9093"); }

}  // namespace sluice::monitoring
