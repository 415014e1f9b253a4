// SPDX-License-Identifier: Apache-2.0
#include "monitoring/text.h"

namespace sluice::monitoring {

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string YamlQuoted(std::string_view text) {
  return "'" + Replaced(std::string(text), "'", "''") + "'";
}

}  // namespace sluice::monitoring
