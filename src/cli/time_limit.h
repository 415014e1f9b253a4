// SPDX-License-Identifier: Apache-2.0
//
// The argument `--for`: how long a command may run.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "core/result.h"

namespace sluice::cli {

// Nothing if the text is empty. An error's message names the argument.
Result<std::optional<std::chrono::milliseconds>> ParseTimeLimit(const std::string& text);

// Asks to stop after that time, if one is given. To be kept while the command runs.
std::jthread StartTimer(const std::optional<std::chrono::milliseconds>& limit,
                        std::stop_source stop);

}  // namespace sluice::cli
