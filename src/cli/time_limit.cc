// SPDX-License-Identifier: Apache-2.0
#include "cli/time_limit.h"

#include <fmt/format.h>

#include <utility>

#include "config/units.h"
#include "core/clock.h"

namespace sluice::cli {

using std::chrono::milliseconds;

Result<std::optional<milliseconds>> ParseTimeLimit(const std::string& text) {
  if (text.empty()) return std::optional<milliseconds>();
  const auto limit = config::ParseDuration(text);
  if (!limit) {
    return Status::Exit("ARGUMENT",
                        fmt::format("--for {}: expected a duration such as '30 seconds'", text));
  }
  return limit;
}

std::jthread StartTimer(const std::optional<milliseconds>& limit, std::stop_source stop) {
  if (!limit) return {};
  return std::jthread(
      [limit = *limit, stop = std::move(stop)](const std::stop_token& cancelled) mutable {
        if (SystemClock().SleepFor(limit, cancelled)) stop.request_stop();
      });
}

}  // namespace sluice::cli
