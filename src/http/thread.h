// SPDX-License-Identifier: Apache-2.0
//
// Threads that take no signals.
#pragma once

#include <functional>
#include <string_view>
#include <thread>

#include "core/result.h"

namespace sluice::http {

// Runs `work` on `thread` with all signals blocked: those of the process go to others, and a SIGPIPE
// of its own sockets is nothing. `name` has at most 15 characters.
Status StartThread(std::string_view error_code, const char* name, std::thread& thread,
                   std::function<void()> work);

}  // namespace sluice::http
