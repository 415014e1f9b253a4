// SPDX-License-Identifier: Apache-2.0
//
// Who can reach an address that a program listens on.
#pragma once

#include <string>
#include <string_view>

#include "config/findings.h"

namespace sluice::config {

// True if "address:port" is of this machine alone: 127.0.0.0/8, [::1] or localhost, in figures or by that
// name. Any other name may come to mean any address.
bool IsLoopback(std::string_view listen);

// Empty, or why the pages must not be served there: others would see them, and no token is asked for.
std::string ExposureProblem(const MonitorOptions& monitor);

}  // namespace sluice::config
