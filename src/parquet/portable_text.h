// SPDX-License-Identifier: Apache-2.0
//
// Values as texts that every reader of a Delta log spells alike, for statistics and partition values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sluice::parquet {

// "2026-01-31"; none outside of the years 1 to 9999.
std::optional<std::string> PortableDate(int32_t days_since_epoch);

// "2026-01-31T12:00:00.123456", no zone; none outside of the years 1 to 9999.
std::optional<std::string> PortableTimestamp(int64_t micros_since_epoch);

// Plain digits with exactly `scale` of them after the point: "-0.05", "1.00".
std::string DecimalText(__int128 unscaled, int scale);

// Shortest text that reads back as the same number, always with a point or an exponent: "5.0", "1e+22",
// "NaN", "-Infinity".
std::string DoubleText(double value);
std::string FloatText(float value);

}  // namespace sluice::parquet
