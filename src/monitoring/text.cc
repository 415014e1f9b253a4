// SPDX-License-Identifier: Apache-2.0
#include "monitoring/text.h"

#include <fmt/format.h>

namespace sluice::monitoring {

namespace {

// The control character that begins there, U+0080 to U+009F among them; -1: none does.
int ControlAt(std::string_view text, size_t at) {
  const int byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20 || byte == 0x7f) return byte;
  if (byte != 0xC2 || at + 1 == text.size()) return -1;
  const int second = static_cast<unsigned char>(text[at + 1]);
  return second >= 0x80 && second <= 0x9F ? second : -1;
}

}  // namespace

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
  std::string quoted;
  bool controls = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (const int control = ControlAt(text, at); control >= 0) {
      controls = true;
      quoted += fmt::format("\\x{:02x}", control);
      if (control != byte) ++at;  // two bytes in UTF-8
    } else {
      if (byte == '"' || byte == '\\') quoted += '\\';
      quoted += text[at];
    }
  }
  if (controls) return '"' + quoted + '"';
  return "'" + Replaced(std::string(text), "'", "''") + "'";
}

}  // namespace sluice::monitoring
