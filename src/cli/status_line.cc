// SPDX-License-Identifier: Apache-2.0
#include "cli/status_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/value_text.h"

namespace sluice::cli {

namespace {

constexpr int kBarWidth = 20;

std::string Freshness(const RunStatus& status) {
  return status.freshness_seconds ? fmt::format("  freshness {:.1f} s", *status.freshness_seconds)
                                  : "";
}

// Nothing before it is known what there is. Not 100 % before all that was read is in the table.
std::string Draining(const RunStatus& status) {
  const int64_t total = status.read + status.remaining;
  if (total == 0) return "";
  double done = static_cast<double>(status.read) / static_cast<double>(total);
  if (status.uncommitted > 0) done = std::min(done, 0.99);
  const int full = static_cast<int>(done * kBarWidth);
  std::string bar;
  for (int i = 0; i < kBarWidth; ++i) bar += i < full ? '#' : '.';
  std::string text = fmt::format("[{}] {:.0f} %  {} left", bar, std::floor(done * 100),
                                 WithThousands(status.remaining));
  if (status.read > 0 && status.remaining > 0) {
    text += fmt::format("  about {}", HumanDuration(status.draining_seconds *
                                                    static_cast<double>(status.remaining) /
                                                    static_cast<double>(status.read)));
  }
  return text + "  ";
}

}  // namespace

std::string HumanBytes(int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value >= 1e9) return fmt::format("{:.1f} GB", value / 1e9);
  if (value >= 1e6) return fmt::format("{:.0f} MB", value / 1e6);
  if (value >= 1e3) return fmt::format("{:.0f} kB", value / 1e3);
  return fmt::format("{} B", bytes);
}

std::string HumanDuration(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string FormatStatusLine(const RunStatus& status, int width) {
  std::string text;
  if (status.state != "running") text = status.state + "  ";
  if (status.draining) text += Draining(status);
  text += fmt::format("{} rows  {} rows/s", WithThousands(status.rows),
                      WithThousands(static_cast<int64_t>(status.rows_per_second)));
  if (status.table_version) text += fmt::format("  version {}", *status.table_version);
  text += Freshness(status);
  text += fmt::format("  memory {}", HumanBytes(status.memory_bytes));
  const auto room = static_cast<size_t>(std::max(width - 1, 10));
  return text.size() > room ? text.substr(0, room) : text;
}

}  // namespace sluice::cli
