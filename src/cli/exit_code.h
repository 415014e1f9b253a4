// SPDX-License-Identifier: Apache-2.0
//
// Exit codes of the sluice command (docs/cli.md).
#pragma once

#include "core/result.h"

namespace sluice::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitStopped = 1;        // the query, or the command, stopped by an error
inline constexpr int kExitConfiguration = 2;  // configuration or usage
inline constexpr int kExitSecondWriter = 3;   // another process works on this query

// 0 for success and for a stop on request.
int ExitCodeOf(const Status& status);

}  // namespace sluice::cli
