// SPDX-License-Identifier: Apache-2.0
#include "parquet/portable_text.h"

#include <charconv>
#include <cmath>

#include "core/value_text.h"

namespace sluice::parquet {

namespace {

constexpr int64_t kFirstDay = -719'162;  // 0001-01-01
constexpr int64_t kEndDay = 2'932'897;   // 10000-01-01
constexpr int64_t kMicrosPerDay = 86'400'000'000;

template <typename Float>
std::string ShortestText(Float value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  char buffer[64];
  const char* end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  std::string text(static_cast<const char*>(buffer), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

std::optional<std::string> PortableDate(int32_t days_since_epoch) {
  if (days_since_epoch < kFirstDay || days_since_epoch >= kEndDay) return std::nullopt;
  return DateText(days_since_epoch);
}

std::optional<std::string> PortableTimestamp(int64_t micros_since_epoch) {
  if (micros_since_epoch < kFirstDay * kMicrosPerDay) return std::nullopt;
  if (micros_since_epoch >= kEndDay * kMicrosPerDay) return std::nullopt;
  return TimestampText(micros_since_epoch);
}

std::string DecimalText(__int128 unscaled, int scale) {
  std::string text;
  AppendDecimalText(unscaled, scale, &text);
  return text;
}

std::string DoubleText(double value) { return ShortestText(value); }
std::string FloatText(float value) { return ShortestText(value); }

}  // namespace sluice::parquet
