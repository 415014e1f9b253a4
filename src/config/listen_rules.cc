// SPDX-License-Identifier: Apache-2.0
#include "config/listen_rules.h"

#include <arpa/inet.h>

#include "core/ascii.h"

namespace sluice::config {

bool IsLoopback(std::string_view listen) {
  std::string host(listen.substr(0, listen.rfind(':')));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (EqualIgnoringCase(host, "localhost")) return true;
  in6_addr six{};
  if (inet_pton(AF_INET6, host.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  in_addr four{};
  return inet_pton(AF_INET, host.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24) == 127;
}

std::string ExposureProblem(const MonitorOptions& monitor) {
  const bool guarded = !monitor.token.empty() || !monitor.token_file.empty();
  if (!monitor.enabled || guarded || monitor.allow_anonymous || IsLoopback(monitor.listen))
    return "";
  return "beyond this machine the pages need a token: set monitor.token: ${SLUICE_MONITOR_TOKEN} "
         "or monitor.tokenFile, and give it to Prometheus (authorization: {credentials_file: "
         "...}); "
         "or, in a network that holds nobody else, say so with monitor.allowAnonymous: true";
}

}  // namespace sluice::config
