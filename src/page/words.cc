// SPDX-License-Identifier: Apache-2.0
#include "page/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/value_text.h"

namespace sluice::page {

std::string Lasting(double seconds) {
  const double s = std::max(seconds, 0.0);
  if (s < 10) return fmt::format("{:.1f} s", s);
  if (s < 100) return fmt::format("{:.0f} s", s);
  if (s < 100 * 60) return fmt::format("{:.0f} min", s / 60);
  if (s < 48 * 3600) return fmt::format("{:.0f} h", s / 3600);
  return fmt::format("{:.0f} days", s / 86400);
}

std::string Records(int64_t records) {
  return WithThousands(records) + (records == 1 ? " record" : " records");
}

}  // namespace sluice::page
