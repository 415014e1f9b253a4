// SPDX-License-Identifier: Apache-2.0
#include "gtfs/service_day.h"

#include <fmt/format.h>

#include <chrono>

namespace sluice::gtfs {

namespace {

constexpr int64_t kDaySeconds = 86400;
constexpr int64_t kDayBegins = int64_t{4} * 3600;

void AppendTwo(std::string& out, int number) {
  out += static_cast<char>('0' + number / 10);
  out += static_cast<char>('0' + number % 10);
}

}  // namespace

Moment MomentAt(int64_t unix_seconds, int utc_offset_seconds) {
  const int64_t shifted = unix_seconds + utc_offset_seconds - kDayBegins;
  Moment moment;
  moment.unix_seconds = unix_seconds;
  moment.day = shifted / kDaySeconds - (shifted % kDaySeconds < 0 ? 1 : 0);
  moment.midnight = moment.day * kDaySeconds - utc_offset_seconds;
  moment.seconds = static_cast<int>(unix_seconds - moment.midnight);
  return moment;
}

std::string DateText(int64_t day) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(day)))};
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string TimeText(int seconds) {
  std::string text;
  AppendTwo(text, seconds / 3600);
  text += ':';
  AppendTwo(text, seconds / 60 % 60);
  text += ':';
  AppendTwo(text, seconds % 60);
  return text;
}

std::string MinuteText(int seconds) {
  std::string text;
  AppendTwo(text, seconds / 3600);
  AppendTwo(text, seconds / 60 % 60);
  return text;
}

}  // namespace sluice::gtfs
