// SPDX-License-Identifier: Apache-2.0
#include "decode/datetime_cast.h"

#include <array>
#include <optional>

#include "decode/calendar.h"

namespace sluice::decode {

namespace {

// Character.isWhitespace or isISOControl of a byte.
bool IsTrimmed(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsTrimmed(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsTrimmed(text.back())) text.remove_suffix(1);
  return text;
}

// String.trim.
std::string_view JavaTrimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.remove_suffix(1);
  return text;
}

// Parts of a timestamp: year, month, day, hour, minute, second, microseconds; then the zone.
enum Segment { kYear, kMonth, kDay, kHour, kMinute, kSecond, kMicros, kZone };

struct Parts {
  std::array<int, 8> segments{1, 1, 1, 0, 0, 0, 0, 0};
  std::string_view zone;
  bool has_zone = false;
  bool just_time = false;
};

// DateTimeUtils.parseTimestampString as a machine that reads one byte at a time.
class TimestampScanner {
 public:
  bool Scan(std::string_view whole) {
    const std::string_view text = Trimmed(whole);
    if (text.empty()) return false;
    // A 'T' in front counts only at the very start, before any trimming.
    may_be_time_ = text.data() == whole.data();
    size_t at = 0;
    const bool has_sign = text[0] == '-' || text[0] == '+';
    if (has_sign) at = 1;
    for (; at < text.size() && !parts_.has_zone; ++at) {
      const char c = text[at];
      const bool digit = c >= '0' && c <= '9';
      if (digit ? !Digit(c - '0') : !Separator(c, text, at, has_sign)) return false;
    }
    if (!ClosesSegment(segment_)) return false;
    parts_.segments[segment_] = value_;
    for (; fraction_digits_ < 6; ++fraction_digits_) parts_.segments[kMicros] *= 10;
    if (text[0] == '-') parts_.segments[kYear] = -parts_.segments[kYear];
    return true;
  }

  const Parts& parts() const { return parts_; }

 private:
  bool IsValidSize(int segment) const {
    if (segment == kMicros) return true;
    if (segment == kYear) return digits_ >= 4 && digits_ <= 6;
    if (segment == kZone) return digits_ <= 2;
    return digits_ > 0 && digits_ <= 2;
  }
  bool ClosesSegment(int segment) const { return IsValidSize(segment); }

  bool Close(int segment) {
    if (!ClosesSegment(segment)) return false;
    parts_.segments[static_cast<size_t>(segment)] = value_;
    value_ = 0;
    digits_ = 0;
    segment_ = static_cast<size_t>(segment) + 1;
    return true;
  }

  bool Digit(int value) {
    if (segment_ == kMicros) ++fraction_digits_;
    if (segment_ != kMicros || digits_ < 6) {
      if (digits_ > 8) return false;  // no segment is that long
      value_ = value_ * 10 + value;
    }
    ++digits_;
    return true;
  }

  bool Separator(char c, std::string_view text, size_t at, bool has_sign) {
    switch (segment_) {
      case kYear:
        if (at == 0 && c == 'T' && may_be_time_) {
          parts_.just_time = true;
          segment_ = kHour;
          return true;
        }
        if (c == ':' && !has_sign) {
          parts_.just_time = true;
          return Close(kHour);
        }
        return c == '-' && Close(kYear);
      case kMonth: return c == '-' && Close(kMonth);
      case kDay: return (c == ' ' || c == 'T') && Close(kDay);
      case kHour:
      case kMinute: return c == ':' && Close(static_cast<int>(segment_));
      case kSecond:
        if (c == '.') return Close(kSecond);
        [[fallthrough]];
      case kMicros:
        if (!Close(static_cast<int>(segment_))) return false;
        segment_ = kZone;
        parts_.zone = text.substr(at);
        parts_.has_zone = true;
        return true;
      default: return false;
    }
  }

  Parts parts_;
  size_t segment_ = kYear;
  int value_ = 0;
  int digits_ = 0;
  int fraction_digits_ = 0;
  bool may_be_time_ = false;
};

// Seconds since 1970-01-01T00:00 of the parts, which are checked.
std::optional<int64_t> LocalSeconds(const Parts& parts, int64_t days) {
  const auto& s = parts.segments;
  if (s[kHour] > 23 || s[kMinute] > 59 || s[kSecond] > 59) return std::nullopt;
  return days * kSecondsPerDay + s[kHour] * 3600 + s[kMinute] * 60 + s[kSecond];
}

std::optional<int64_t> Days(const Parts& parts) {
  const auto& s = parts.segments;
  if (!IsValidDate(s[kYear], s[kMonth], s[kDay])) return std::nullopt;
  return DaysFromDate(s[kYear], s[kMonth], s[kDay]);
}

bool ToMicros(int64_t seconds, int micros, int64_t* out) {
  const __int128 exact = static_cast<__int128>(seconds) * kMicrosPerSecond + micros;
  *out = static_cast<int64_t>(exact);
  return exact == *out;
}

bool InZone(const Parts& parts, const TimeZone& zone, int64_t now_seconds, int64_t* micros) {
  std::optional<int64_t> days;
  if (parts.just_time) {
    const int64_t now = zone.ToLocalSeconds(now_seconds);
    days = now / kSecondsPerDay - (now % kSecondsPerDay < 0);
  } else {
    days = Days(parts);
  }
  if (!days) return false;
  const std::optional<int64_t> local = LocalSeconds(parts, *days);
  return local && ToMicros(zone.ToEpochSeconds(*local), parts.segments[kMicros], micros);
}

// Two digits at `p`; over 99 if they are none.
int TwoDigits(const char* p) {
  const unsigned tens = static_cast<unsigned char>(p[0] - '0');
  const unsigned ones = static_cast<unsigned char>(p[1] - '0');
  return tens <= 9 && ones <= 9 ? static_cast<int>(tens * 10 + ones) : 100;
}

// The form that producers write, at a tenth of the scanner's price: 2024-03-10T02:30:00, with a blank or
// a T between, a fraction or none, and Z or nothing behind. False: another form, or no such time.
bool CommonForm(std::string_view text, int64_t* seconds, int* micros, bool* utc) {
  if (text.size() < 19 || text.size() > 30) return false;
  const char* p = text.data();
  if (p[4] != '-' || p[7] != '-' || (p[10] != 'T' && p[10] != ' ') || p[13] != ':' ||
      p[16] != ':') {
    return false;
  }
  const int century = TwoDigits(p), year = TwoDigits(p + 2), month = TwoDigits(p + 5);
  const int day = TwoDigits(p + 8), hour = TwoDigits(p + 11), minute = TwoDigits(p + 14);
  const int second = TwoDigits(p + 17);
  if (century > 99 || year > 99 || hour > 23 || minute > 59 || second > 59) return false;
  if (!IsValidDate(century * 100 + year, month, day)) return false;
  *utc = text.back() == 'Z';
  if (*utc) text.remove_suffix(1);
  *micros = 0;
  if (text.size() > 19) {
    if (p[19] != '.') return false;
    int digits = 0;
    for (char c : text.substr(20)) {
      if (c < '0' || c > '9') return false;
      if (++digits <= 6) *micros = *micros * 10 + (c - '0');
    }
    for (; digits < 6; ++digits) *micros *= 10;
  }
  *seconds = DaysFromDate(century * 100 + year, month, day) * kSecondsPerDay + hour * 3600 +
             minute * 60 + second;
  return true;
}

}  // namespace

bool CastToDate(std::string_view text, int32_t* days) {
  text = Trimmed(text);
  if (text.empty()) return false;
  int64_t segments[3] = {1, 1, 1};
  const bool negative = text[0] == '-';
  size_t at = negative || text[0] == '+' ? 1 : 0;
  int segment = 0;
  int digits = 0;
  int64_t value = 0;
  const auto valid = [&] {
    return segment == 0 ? digits >= 4 && digits <= 7 : digits > 0 && digits <= 2;
  };
  for (; at < text.size() && text[at] != ' ' && text[at] != 'T'; ++at) {
    if (segment < 2 && text[at] == '-') {
      if (!valid()) return false;
      segments[segment++] = value;
      value = digits = 0;
      continue;
    }
    if (text[at] < '0' || text[at] > '9' || ++digits > 7) return false;
    value = value * 10 + (text[at] - '0');
  }
  if (!valid() || (segment < 2 && at < text.size())) return false;
  segments[segment] = value;
  if (negative) segments[0] = -segments[0];
  const int month = static_cast<int>(segments[1]);
  const int day = static_cast<int>(segments[2]);
  if (!IsValidDate(segments[0], month, day)) return false;
  const int64_t exact = DaysFromDate(segments[0], month, day);
  *days = static_cast<int32_t>(exact);
  return exact == *days;
}

bool CastToTimestamp(std::string_view text, const TimeZone& zone, int64_t now_seconds,
                     int64_t* micros) {
  int64_t seconds = 0;
  int fraction = 0;
  bool utc = false;
  if (CommonForm(text, &seconds, &fraction, &utc)) {
    return ToMicros(utc ? seconds : zone.ToEpochSeconds(seconds), fraction, micros);
  }
  TimestampScanner scanner;
  if (!scanner.Scan(text)) return false;
  const Parts& parts = scanner.parts();
  if (!parts.has_zone) return InZone(parts, zone, now_seconds, micros);
  const std::string_view id = JavaTrimmed(parts.zone);
  if (const auto offset = ParseZoneOffset(id); offset && !parts.just_time) {
    const std::optional<int64_t> days = Days(parts);
    if (!days) return false;
    const std::optional<int64_t> local = LocalSeconds(parts, *days);
    return local && ToMicros(*local - *offset, parts.segments[kMicros], micros);
  }
  const auto named = TimeZone::Find(id);
  return named && InZone(parts, *named, now_seconds, micros);
}

bool CastToTimestampNtz(std::string_view text, int64_t* micros) {
  TimestampScanner scanner;
  if (!scanner.Scan(text)) return false;
  const Parts& parts = scanner.parts();
  if (parts.has_zone || parts.just_time) return false;
  const std::optional<int64_t> days = Days(parts);
  if (!days) return false;
  const std::optional<int64_t> local = LocalSeconds(parts, *days);
  return local && ToMicros(*local, parts.segments[kMicros], micros);
}

}  // namespace sluice::decode
