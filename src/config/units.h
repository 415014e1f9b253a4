// SPDX-License-Identifier: Apache-2.0
//
// Durations and sizes in the words that people write: Spark's intervals ("1 second", "200 milliseconds",
// "15m", "1 minute 30 seconds") and memory sizes ("512 MiB", "64m", "1g").
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::config {

// A plain number is milliseconds, as for Spark's time options. Negative durations are not read.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// A plain number is bytes; k, m, g, t and KiB, MiB, ... are powers of 1024, KB, MB, ... of 1000.
std::optional<int64_t> ParseSize(std::string_view text);

// "yes" and "no" are not read: YAML 1.1's other spellings of booleans have surprised enough people.
std::optional<bool> ParseBool(std::string_view text);

std::optional<int64_t> ParseInteger(std::string_view text);

}  // namespace sluice::config
