// SPDX-License-Identifier: Apache-2.0
#include "transform/datetime_pattern.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>

namespace sluice::transform {

namespace {

// Letters of a pattern, by themselves and by how often they stand.
const std::map<std::string_view, const char*, std::less<>> kSpecifiers{
    {"y", "%Y"},    {"yy", "%y"},  {"yyyy", "%Y"},   {"u", "%Y"},  {"uuuu", "%Y"}, {"M", "%-m"},
    {"MM", "%m"},   {"MMM", "%b"}, {"MMMM", "%B"},   {"L", "%-m"}, {"LL", "%m"},   {"LLL", "%b"},
    {"LLLL", "%B"}, {"d", "%-d"},  {"dd", "%d"},     {"D", "%-j"}, {"DDD", "%j"},  {"H", "%-H"},
    {"HH", "%H"},   {"h", "%-I"},  {"hh", "%I"},     {"m", "%-M"}, {"mm", "%M"},   {"s", "%-S"},
    {"ss", "%S"},   {"SSS", "%g"}, {"SSSSSS", "%f"}, {"a", "%p"},  {"E", "%a"},    {"EE", "%a"},
    {"EEE", "%a"},  {"EEEE", "%A"}};
// Zones: what UTC looks like; a parser takes %z for each.
const std::map<std::string_view, const char*, std::less<>> kZones{
    {"X", "Z"},       {"XX", "Z"},       {"XXX", "Z"},   {"x", "+00"},
    {"xx", "+0000"},  {"xxx", "+00:00"}, {"Z", "+0000"}, {"ZZ", "+0000"},
    {"ZZZ", "+0000"}, {"z", "UTC"},      {"VV", "UTC"}};

// The text between quotes that begin at pattern[*at]; two quotes are one.
std::string TakeQuoted(std::string_view pattern, size_t* at) {
  std::string text;
  size_t i = *at + 1;
  for (; i < pattern.size(); ++i) {
    if (pattern[i] == '\'') {
      if (pattern.substr(i + 1, 1) != "'") break;
      ++i;
    }
    text += pattern[i];
  }
  const bool empty = i == *at + 1;
  *at = i + 1;
  return empty ? "'" : text;
}

std::string EscapePercent(const std::string& text) {
  std::string escaped;
  for (char c : text) escaped += c == '%' ? "%%" : std::string(1, c);
  return escaped;
}

Result<std::string> TranslateLetters(std::string_view letters, PatternUse use) {
  if (const auto zone = kZones.find(letters); zone != kZones.end()) {
    return std::string(use == PatternUse::kParse ? "%z" : zone->second);
  }
  if (const auto found = kSpecifiers.find(letters); found != kSpecifiers.end()) {
    return std::string(found->second);
  }
  return Status::Exit("SQL_PATTERN", "the datetime pattern letters '" + std::string(letters) +
                                         "' are not supported; docs/sql.md lists those that are");
}

}  // namespace

Result<std::string> TranslateDatetimePattern(std::string_view pattern, PatternUse use) {
  std::string out;
  size_t i = 0;
  while (i < pattern.size()) {
    if (pattern[i] == '\'') {
      out += EscapePercent(TakeQuoted(pattern, &i));
    } else if (!std::isalpha(static_cast<unsigned char>(pattern[i]))) {
      out += EscapePercent(std::string(1, pattern[i++]));
    } else {
      const size_t end = std::min(pattern.find_first_not_of(pattern[i], i), pattern.size());
      SLUICE_ASSIGN_OR_RETURN(const std::string part,
                              TranslateLetters(pattern.substr(i, end - i), use));
      out += part;
      i = end;
    }
  }
  return out;
}

}  // namespace sluice::transform
