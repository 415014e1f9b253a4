// SPDX-License-Identifier: Apache-2.0
#include "stream/event_time.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/ascii.h"

namespace sluice::stream {

namespace {

using Json = nlohmann::json;

constexpr double kYear5000 = 95'617'584'000;  // seconds since 1970

double Scaled(double value) {
  double seconds = value;
  for (int i = 0; i < 2 && seconds > kYear5000; ++i) seconds /= 1000;
  return seconds;
}

bool IsDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Takes `digits` of them and the character behind; false if they are not there.
bool Take(std::string_view& text, size_t digits, char behind, int& value) {
  const std::string_view number = text.substr(0, digits);
  if (number.size() < digits || !IsDigits(number)) return false;
  std::from_chars(number.data(), number.data() + number.size(), value);
  text.remove_prefix(digits);
  if (behind == '\0') return true;
  if (!text.starts_with(behind)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<double> FractionOf(std::string_view rest) {
  if (rest.ends_with('Z')) rest.remove_suffix(1);
  if (rest.empty()) return 0;
  if (!rest.starts_with('.') || !IsDigits(rest.substr(1))) return std::nullopt;
  double fraction = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), fraction);
  return fraction;
}

std::optional<double> SecondsOf(const Json& value) {
  if (value.is_number()) return Scaled(value.get<double>());
  if (value.is_string()) return EventSeconds(value.get_ref<const std::string&>());
  return std::nullopt;
}

std::optional<double> NewestOf(const DataFile& file, std::string_view column) {
  const Json stats = Json::parse(file.stats_json, nullptr, false);
  if (!stats.is_object() || !stats.contains("maxValues")) return std::nullopt;
  for (const auto& [name, value] : stats["maxValues"].items()) {
    if (EqualIgnoringCase(name, column)) return SecondsOf(value);
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> EventSeconds(std::string_view text) {
  if (IsDigits(text) && text.size() <= 18) {
    int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return Scaled(static_cast<double>(number));
  }
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const bool shaped = Take(text, 4, '-', year) && Take(text, 2, '-', month) &&
                      Take(text, 2, 'T', day) && Take(text, 2, ':', hour) &&
                      Take(text, 2, ':', minute) && Take(text, 2, '\0', second);
  const auto fraction = shaped ? FractionOf(text) : std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!fraction || !date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<double>(days) * 86400 + hour * 3600 + minute * 60 + second + *fraction;
}

std::optional<double> NewestEventSeconds(const std::vector<DataFile>& files,
                                         std::string_view column) {
  std::optional<double> newest;
  for (const DataFile& file : files) {
    const auto seconds = NewestOf(file, column);
    if (seconds && (!newest || *newest < *seconds)) newest = seconds;
  }
  return newest;
}

}  // namespace sluice::stream
