// SPDX-License-Identifier: Apache-2.0
//
// Text to instants and days, as Spark's CAST reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::transform {

// "2024-03-10 02:30:05.5", "2024-3-10T02:30Z", "2024-03", "2024-03-10 02:30:00 +01:00"; blanks around it
// are dropped. Microseconds since 1970-01-01T00:00:00Z; text without a zone is UTC. Zones are Z, UTC, GMT
// and offsets; names of regions are not known here.
std::optional<int64_t> ParseInstant(std::string_view text);

// "2024-03-10", "2024-3", "2024", also with a time behind it, which is ignored. Days since 1970-01-01.
std::optional<int32_t> ParseDay(std::string_view text);

}  // namespace sluice::transform
