// SPDX-License-Identifier: Apache-2.0
#include "transform/datetime_text.h"

#include <chrono>

#include "core/ascii.h"

namespace sluice::transform {

namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// Reads from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  bool Skip(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // A number of `least` to `most` digits.
  bool Number(size_t least, size_t most, int* value) {
    size_t digits = 0;
    int number = 0;
    while (digits < rest_.size() && digits < most && IsDigit(rest_[digits]))
      number = number * 10 + (rest_[digits++] - '0');
    if (digits < least || (digits < rest_.size() && IsDigit(rest_[digits]))) return false;
    rest_.remove_prefix(digits);
    *value = number;
    return true;
  }
  // Digits of a fraction of a second; those past the sixth are cut off.
  bool Micros(int* value) {
    int digits = 0;
    *value = 0;
    for (; !rest_.empty() && IsDigit(rest_[0]); ++digits, rest_.remove_prefix(1)) {
      if (digits < 6) *value = *value * 10 + (rest_[0] - '0');
    }
    for (int i = digits; i < 6; ++i) *value *= 10;
    return true;
  }

 private:
  std::string_view rest_;
};

// yyyy[-m[m][-d[d]]]
bool ReadDate(Cursor* cursor, int32_t* days) {
  int year = 0;
  int month = 1;
  int day = 1;
  const bool negative = cursor->Skip('-');
  if (!negative) cursor->Skip('+');
  if (!cursor->Number(4, 6, &year)) return false;
  if (cursor->Skip('-')) {
    if (!cursor->Number(1, 2, &month)) return false;
    if (cursor->Skip('-') && !cursor->Number(1, 2, &day)) return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(negative ? -year : year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  // chrono's years end at 32767; Spark's do not, but no source of ours has such.
  if (year > 32767 || !date.ok()) return false;
  *days = static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
  return true;
}

// h[h]:m[m][:s[s][.fraction]]
bool ReadTime(Cursor* cursor, int64_t* micros) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int fraction = 0;
  if (!cursor->Number(1, 2, &hour) || !cursor->Skip(':') || !cursor->Number(1, 2, &minute))
    return false;
  if (cursor->Skip(':')) {
    if (!cursor->Number(1, 2, &second)) return false;
    if (cursor->Skip('.')) cursor->Micros(&fraction);
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  *micros = ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond + fraction;
  return true;
}

// Z, UTC, GMT, +h[h][:m[m][:s[s]]], +hhmm; nothing is UTC.
bool ReadZone(Cursor* cursor, int64_t* offset_seconds) {
  *offset_seconds = 0;
  cursor->Skip(' ');
  for (const std::string_view name : {"Z", "UTC", "GMT", "UT"}) {
    if (cursor->rest() == name) return true;
  }
  const bool west = cursor->Skip('-');
  if (!west && !cursor->Skip('+')) return cursor->done();
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  if (cursor->rest().size() == 4 && cursor->Number(4, 4, &hours)) {
    minutes = hours % 100;
    hours /= 100;
  } else if (!cursor->Number(1, 2, &hours) ||
             (cursor->Skip(':') && (!cursor->Number(1, 2, &minutes) ||
                                    (cursor->Skip(':') && !cursor->Number(1, 2, &seconds))))) {
    return false;
  }
  if (!cursor->done() || hours > 18 || minutes > 59 || seconds > 59) return false;
  *offset_seconds = (west ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds);
  return true;
}

}  // namespace

std::optional<int64_t> ParseInstant(std::string_view text) {
  Cursor cursor(Trim(text));
  int32_t days = 0;
  int64_t time = 0;
  int64_t offset = 0;
  if (!ReadDate(&cursor, &days)) return std::nullopt;
  if (!cursor.done()) {
    if (!cursor.Skip(' ') && !cursor.Skip('T')) return std::nullopt;
    if (!ReadTime(&cursor, &time) || !ReadZone(&cursor, &offset)) return std::nullopt;
  }
  return days * kMicrosPerDay + time - offset * kMicrosPerSecond;
}

std::optional<int32_t> ParseDay(std::string_view text) {
  Cursor cursor(Trim(text));
  int32_t days = 0;
  if (!ReadDate(&cursor, &days)) return std::nullopt;
  if (!cursor.done() && !cursor.Skip(' ') && !cursor.Skip('T')) return std::nullopt;
  return days;
}

}  // namespace sluice::transform
