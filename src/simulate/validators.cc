// SPDX-License-Identifier: Apache-2.0
#include "simulate/validators.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace sluice::simulate {

namespace {

constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

}  // namespace

std::string ETagOf(std::string_view content) {
  // FNV-1a, eight bytes at a time.
  uint64_t hash = 0xcbf29ce484222325ULL ^ content.size();
  constexpr uint64_t kPrime = 0x100000001b3ULL;
  size_t at = 0;
  for (; at + 8 <= content.size(); at += 8) {
    uint64_t word = 0;
    std::copy_n(content.data() + at, 8, reinterpret_cast<char*>(&word));
    hash = (hash ^ word) * kPrime;
    hash ^= hash >> 29;
  }
  for (; at < content.size(); ++at)
    hash = (hash ^ static_cast<unsigned char>(content[at])) * kPrime;
  return fmt::format("W/\"{:016x}\"", hash ^ hash >> 32);
}

std::string HttpDate(int64_t unix_seconds) {
  const std::tm tm = fmt::gmtime(static_cast<std::time_t>(unix_seconds));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<size_t>(tm.tm_wday)], tm.tm_mday,
                     kMonths[static_cast<size_t>(tm.tm_mon)], tm.tm_year + 1900, tm.tm_hour,
                     tm.tm_min, tm.tm_sec);
}

int64_t ParseHttpDate(std::string_view text) {
  int day = 0;
  int year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  char month[4] = {};
  int read = 0;
  const std::string copy(text.substr(0, 64));
  if (std::sscanf(copy.c_str(), "%*3s, %2d %3s %4d %2d:%2d:%2d GMT%n", &day, month, &year, &hour,
                  &minute, &second, &read) != 6 ||
      read != static_cast<int>(text.size()))
    return -1;
  const auto found = std::find_if(kMonths.begin(), kMonths.end(),
                                  [&](const char* name) { return std::string(name) == month; });
  const std::chrono::year_month_day date{
      std::chrono::year(year),
      std::chrono::month(static_cast<unsigned>(found - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(day))};
  if (found == kMonths.end() || !date.ok()) return -1;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

bool IsNotModified(const std::string* if_none_match, const std::string* if_modified_since,
                   std::string_view etag, int64_t last_modified) {
  if (if_none_match != nullptr) {
    // Weak comparison: with or without W/. A hexadecimal tag is not part of another.
    const std::string_view opaque = etag.substr(etag.find('"'));
    return *if_none_match == "*" || if_none_match->find(opaque) != std::string::npos;
  }
  return if_modified_since != nullptr && last_modified <= ParseHttpDate(*if_modified_since);
}

}  // namespace sluice::simulate
