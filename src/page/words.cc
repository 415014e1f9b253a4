// SPDX-License-Identifier: Apache-2.0
#include "page/words.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::page {

std::string Thousands(int64_t number) {
  std::string digits = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string Lasting(double seconds) {
  const double s = std::max(seconds, 0.0);
  if (s < 10) return fmt::format("{:.1f} s", s);
  if (s < 100) return fmt::format("{:.0f} s", s);
  if (s < 100 * 60) return fmt::format("{:.0f} min", s / 60);
  if (s < 48 * 3600) return fmt::format("{:.0f} h", s / 3600);
  return fmt::format("{:.0f} days", s / 86400);
}

std::string Records(int64_t records) {
  return Thousands(records) + (records == 1 ? " record" : " records");
}

}  // namespace sluice::page
