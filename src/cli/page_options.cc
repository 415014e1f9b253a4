// SPDX-License-Identifier: Apache-2.0
#include "cli/page_options.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "config/listen_rules.h"

namespace sluice::cli {

bool TakeListen(const std::string& command, const std::string& listen,
                config::MonitorOptions& monitor) {
  if (listen.empty()) return true;
  monitor.listen = listen;
  const std::string problem = config::ExposureProblem(monitor);
  if (!problem.empty()) fmt::print(stderr, "{}: --listen {}: {}\n", command, listen, problem);
  return problem.empty();
}

Result<monitor::PageServerOptions> PageOptionsOf(const config::MonitorOptions& monitor) {
  SLUICE_ASSIGN_OR_RETURN(monitor::Access access,
                          monitor::OpenAccess({.token = monitor.token,
                                               .token_file = monitor.token_file,
                                               .only_here = config::IsLoopback(monitor.listen)}));
  return monitor::PageServerOptions{.listen = monitor.listen, .access = std::move(access)};
}

}  // namespace sluice::cli
