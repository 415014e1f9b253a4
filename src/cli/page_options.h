// SPDX-License-Identifier: Apache-2.0
//
// Where a command shows its pages and to whom, from configuration and command line.
#pragma once

#include <string>

#include "config/findings.h"
#include "core/result.h"
#include "monitor/page_server.h"

namespace sluice::cli {

// Takes the address of `--listen` over that of the configuration; an empty one changes nothing. False, with
// the reason on standard error after `command`, if others than this machine would see the pages unasked.
bool TakeListen(const std::string& command, const std::string& listen,
                config::MonitorOptions& monitor);

// Reads the token. Errors (Exit MONITOR_TOKEN) name its file.
Result<monitor::PageServerOptions> PageOptionsOf(const config::MonitorOptions& monitor);

}  // namespace sluice::cli
