// SPDX-License-Identifier: Apache-2.0
#include "doctor/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/value_text.h"

namespace sluice::doctor {

std::string Counted(int64_t number, const std::string& one, const std::string& many) {
  return WithThousands(number) + " " + (number == 1 ? one : many);
}

std::string Bytes(int64_t bytes) {
  constexpr std::array<const char*, 4> kUnits = {"KB", "MB", "GB", "TB"};
  if (bytes < 1000) return Counted(bytes, "byte", "bytes");
  double value = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, kUnits[unit]);
}

std::string Age(int64_t milliseconds) {
  const int64_t seconds = std::max<int64_t>(0, milliseconds) / 1000;
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} days", seconds / 86400);
}

std::string List(const std::vector<std::string>& items, size_t most) {
  std::string text;
  for (size_t i = 0; i < std::min(most, items.size()); ++i) text += (i ? ", " : "") + items[i];
  if (items.size() > most) text += fmt::format(" and {} more", items.size() - most);
  return text;
}

std::string OneLine(const std::string& text, size_t most) {
  std::string line;
  bool broken = true;  // at the begin of a line of the text
  for (const char c : text) {
    const bool breaks = c == '\n' || c == '\r' || c == '\t';
    if (broken && c == ' ') continue;
    if (breaks && !line.empty() && line.back() != ' ') line += ' ';
    if (!breaks) line += c;
    broken = breaks;
  }
  line = Printable(line);
  while (!line.empty() && line.back() == ' ') line.pop_back();
  if (line.size() <= most) return line;
  return std::string(CutText(line, most)) + "...";
}

std::string Essence(const std::string& message) {
  size_t end = message.size();
  for (const char* words : {". Nothing ", "\nNothing ", ". No record ", ". It is tried again",
                            ". Check kafka.", ". Grant this user"})
    end = std::min(end, message.find(words));
  return OneLine(message.substr(0, end));
}

}  // namespace sluice::doctor
