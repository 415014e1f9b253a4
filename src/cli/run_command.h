// SPDX-License-Identifier: Apache-2.0
//
// `sluice run CONFIG` and `sluice check FILE`.
#pragma once

#include <map>
#include <string>

namespace sluice::cli {

// Exit codes as in exit_code.h.
int RunCommand(const std::string& config);

// Prints the effective configuration, of a job or of a producer, with each value's origin; mistakes on
// standard error.
int CheckCommand(const std::string& config);

// The process environment as a map.
std::map<std::string, std::string> ProcessEnvironment();

}  // namespace sluice::cli
