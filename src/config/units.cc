// SPDX-License-Identifier: Apache-2.0
#include "config/units.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "core/ascii.h"

namespace sluice::config {

namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

constexpr std::array<Unit, 24> kDurationUnits{{
    {"ms", 1},           {"msec", 1},        {"msecs", 1},        {"millisecond", 1},
    {"milliseconds", 1}, {"s", 1000},        {"sec", 1000},       {"secs", 1000},
    {"second", 1000},    {"seconds", 1000},  {"m", 60000},        {"min", 60000},
    {"mins", 60000},     {"minute", 60000},  {"minutes", 60000},  {"h", 3600000},
    {"hr", 3600000},     {"hour", 3600000},  {"hours", 3600000},  {"d", 86400000},
    {"day", 86400000},   {"days", 86400000}, {"week", 604800000}, {"weeks", 604800000},
}};

constexpr std::array<Unit, 14> kSizeUnits{{
    {"b", 1},
    {"", 1},
    {"k", 1LL << 10},
    {"kib", 1LL << 10},
    {"kb", 1000},
    {"m", 1LL << 20},
    {"mib", 1LL << 20},
    {"mb", 1000000},
    {"g", 1LL << 30},
    {"gib", 1LL << 30},
    {"gb", 1000000000},
    {"t", 1LL << 40},
    {"tib", 1LL << 40},
    {"tb", 1000000000000},
}};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}

// Takes a non-negative decimal number off the front of `text`.
std::optional<double> TakeNumber(std::string_view& text) {
  double value = 0;
  if (text.empty() || !std::isdigit(static_cast<unsigned char>(text.front()))) return std::nullopt;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

// Takes the letters off the front of `text`.
std::string TakeWord(std::string_view& text) {
  text = Trim(text);
  size_t n = 0;
  while (n < text.size() && std::isalpha(static_cast<unsigned char>(text[n]))) ++n;
  std::string word = ToLower(text.substr(0, n));
  text.remove_prefix(n);
  return word;
}

template <size_t N>
std::optional<int64_t> FactorOf(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return unit.factor;
  }
  return std::nullopt;
}

std::optional<int64_t> Scaled(double number, int64_t factor) {
  const double value = number * static_cast<double>(factor);
  if (value >= static_cast<double>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return std::llround(value);
}

}  // namespace

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  text = Trim(text);
  if (const auto plain = ParseInteger(text)) {
    if (*plain < 0) return std::nullopt;
    return std::chrono::milliseconds(*plain);
  }
  if (ToLower(text.substr(0, 9)) == "interval ") text = Trim(text.substr(9));
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    const auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    const auto factor = FactorOf(kDurationUnits, TakeWord(text));
    if (!factor) return std::nullopt;
    const auto part = Scaled(*number, *factor);
    if (!part || __builtin_add_overflow(total, *part, &total)) return std::nullopt;
    text = Trim(text);
    if (!text.empty() && text.front() == ',') text = Trim(text.substr(1));
  }
  return std::chrono::milliseconds(total);
}

std::optional<int64_t> ParseSize(std::string_view text) {
  text = Trim(text);
  const auto number = TakeNumber(text);
  if (!number) return std::nullopt;
  const auto factor = FactorOf(kSizeUnits, TakeWord(text));
  if (!factor || !Trim(text).empty()) return std::nullopt;
  return Scaled(*number, *factor);
}

std::optional<bool> ParseBool(std::string_view text) {
  const std::string lower = ToLower(Trim(text));
  if (lower == "true") return true;
  if (lower == "false") return false;
  return std::nullopt;
}

std::optional<int64_t> ParseInteger(std::string_view text) {
  text = Trim(text);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace sluice::config
