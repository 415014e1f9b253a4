// SPDX-License-Identifier: Apache-2.0
#include "cli/effective_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace sluice::cli {

namespace {

// A text of several lines stands below its key.
void PrintValue(const config::EffectiveValue& value, size_t width) {
  const bool block = value.value.find('\n') != std::string::npos || value.value.size() > 60;
  const std::string shown = block ? "" : value.value.empty() ? "-" : value.value;
  fmt::print("{:<{}}  {:<28}  {}\n", value.key, width, shown, value.origin);
  if (!block) return;
  std::string_view rest = value.value;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    fmt::print("    {}\n", rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

}  // namespace

void PrintEffectiveValues(const std::vector<config::EffectiveValue>& values) {
  size_t width = 0;
  for (const auto& value : values) width = std::max(width, value.key.size());
  for (const auto& value : values) PrintValue(value, width);
}

}  // namespace sluice::cli
