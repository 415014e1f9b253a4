// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kafka/client_options.h"
#include "kafka/cluster_lookup.h"

namespace sluice::kafka {

Result<std::unique_ptr<ClusterLookup>> OpenClusterLookup(
    const std::map<std::string, std::string>& client, Client::Role role,
    std::chrono::milliseconds timeout) {
  const TranslatedOptions translated = TranslateOptions(client, role);
  SLUICE_RETURN_IF_ERROR(ProblemsAsStatus(translated));
  ClientSettings settings = {{"client.id", "sluice"},
                             {"log_level", "6"},  // a refused connection may be no more there
                             {"enable.metrics.push", "false"}};
  // One of the user's beside one of ours may be a first pause that is longer than the longest.
  if (std::ranges::none_of(translated.settings,
                           [](const auto& own) { return own.first == "reconnect.backoff.ms"; })) {
    settings.emplace_back("reconnect.backoff.ms", "50");
    settings.emplace_back("reconnect.backoff.max.ms", "1000");
  }
  settings.insert(settings.end(), translated.settings.begin(), translated.settings.end());
  if (role == Client::Role::kConsumer) settings.emplace_back("allow.auto.create.topics", "false");
  SLUICE_ASSIGN_OR_RETURN(auto opened, Client::Open(role, settings));
  return std::make_unique<ClusterLookup>(std::move(opened), translated.read_committed, timeout);
}

}  // namespace sluice::kafka
