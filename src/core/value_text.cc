// SPDX-License-Identifier: Apache-2.0
#include "core/value_text.h"

#include <algorithm>
#include <cstdio>

namespace sluice {

namespace {

constexpr int64_t kMicrosPerDay = 86'400'000'000;

struct CivilDate {
  int64_t year;
  int month;
  int day;
};

// http://howardhinnant.github.io/date_algorithms.html, civil_from_days.
CivilDate FromDays(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t doe = days - era * 146097;
  const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153;
  const int day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

// Of the control character with which the text begins, in UTF-8; 0 if there is none. U+0080 to U+009F are
// controls as well, of two bytes.
size_t ControlBytes(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x20 || first == 0x7F) return 1;
  if (first != 0xC2 || text.size() < 2) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  return second >= 0x80 && second <= 0x9F ? 2 : 0;
}

}  // namespace

std::string DateText(int64_t days) {
  const CivilDate date = FromDays(days);
  const char* sign = date.year < 0 ? "-" : date.year > 9999 ? "+" : "";
  const int64_t year = date.year < 0 ? -date.year : date.year;
  char text[48];
  const int size = std::snprintf(text, sizeof text, "%s%04lld-%02d-%02d", sign,
                                 static_cast<long long>(year), date.month, date.day);
  return std::string(text, static_cast<size_t>(size));
}

std::string TimestampText(int64_t micros) {
  int64_t days = micros / kMicrosPerDay;
  int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  const int64_t seconds = rest / 1'000'000;
  char text[32];
  const int size =
      std::snprintf(text, sizeof text, "T%02d:%02d:%02d.%06d", static_cast<int>(seconds / 3600),
                    static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60),
                    static_cast<int>(rest % 1'000'000));
  return DateText(days) + std::string(text, static_cast<size_t>(size));
}

void AppendDecimalText(__int128 unscaled, int scale, std::string* out) {
  const bool negative = unscaled < 0;
  auto magnitude = static_cast<unsigned __int128>(unscaled);
  if (negative) magnitude = -magnitude;
  std::string digits;  // least significant first
  for (int n = 0; magnitude != 0 || n <= scale; ++n) {
    if (n == scale && scale != 0) digits += '.';
    digits += static_cast<char>('0' + static_cast<int>(magnitude % 10));
    magnitude /= 10;
  }
  if (negative) digits += '-';
  out->append(digits.rbegin(), digits.rend());
}

std::string Base64(std::string_view bytes) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0);
    }
    for (size_t k = 0; k < 4; ++k) {
      text += k <= left ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

void AppendJsonString(std::string_view text, std::string* out) {
  *out += '"';
  for (char c : text) {
    switch (c) {
      case '"': *out += "\\\""; continue;
      case '\\': *out += "\\\\"; continue;
      case '\n': *out += "\\n"; continue;
      case '\r': *out += "\\r"; continue;
      case '\t': *out += "\\t"; continue;
      default: break;
    }
    if (static_cast<unsigned char>(c) >= 0x20) {
      *out += c;
      continue;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
    *out += escape;
  }
  *out += '"';
}

std::string WithThousands(int64_t number) {
  std::string digits = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string Printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t bytes = ControlBytes(text.substr(at));
    shown += bytes > 0 && text[at] != '\t' ? '?' : text[at];
    at += bytes == 2;
  }
  return shown;
}

std::string EscapeControls(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string escaped;
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t bytes = ControlBytes(text.substr(at));
    at += bytes == 2;  // the second byte is the code
    const auto code = static_cast<unsigned char>(text[at]);
    if (bytes == 0) {
      escaped += text[at];
    } else {
      escaped += "\\u00";
      escaped += kHex[code >> 4];
      escaped += kHex[code & 15];
    }
  }
  return escaped;
}

std::string_view CutText(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace sluice
