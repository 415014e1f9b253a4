// SPDX-License-Identifier: Apache-2.0
#include "decode/json_scan.h"

#include <charconv>
#include <cstdlib>

#include "core/ascii.h"
#include "decode/utf8.h"

namespace sluice::decode {

namespace {

// Four hexadecimal digits; -1 if they are not.
int32_t HexUnit(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit(p[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

const char* DecodeUnicode(const char* p, const char* end, uint8_t** out) {
  int32_t unit = HexUnit(p, end);
  if (unit < 0) return nullptr;
  p += 4;
  if (unit >= 0xD800 && unit < 0xE000) {
    if (unit >= 0xDC00 || end - p < 6 || p[0] != '\\' || p[1] != 'u') return nullptr;
    const int32_t low = HexUnit(p + 2, end);
    if (low < 0xDC00 || low >= 0xE000) return nullptr;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    p += 6;
  }
  *out += EncodeUtf8(static_cast<uint32_t>(unit), *out);
  return p;
}

}  // namespace

bool ToDoubleSlowly(const ScannedNumber& number, const char* begin, double* out) {
  return std::from_chars(begin, number.end, *out).ec == std::errc();
}

bool ToFloat(const ScannedNumber& number, const char* begin, float* out) {
  if (number.mantissa <= (uint64_t{1} << 24) && number.exponent >= -10 && number.exponent <= 10) {
    const auto mantissa = static_cast<float>(number.mantissa);
    const auto power = static_cast<float>(kPowersOfTen[std::abs(number.exponent)]);
    const float value = number.exponent < 0 ? mantissa / power : mantissa * power;
    *out = number.negative ? -value : value;
    return true;
  }
  return std::from_chars(begin, number.end, *out).ec == std::errc();
}

const char* DecodeEscape(const char* p, const char* end, uint8_t** out) {
  if (p >= end) return nullptr;
  uint8_t decoded = 0;
  switch (*p) {
    case '"': decoded = '"'; break;
    case '\\': decoded = '\\'; break;
    case '/': decoded = '/'; break;
    case 'n': decoded = '\n'; break;
    case 't': decoded = '\t'; break;
    case 'r': decoded = '\r'; break;
    case 'b': decoded = '\b'; break;
    case 'f': decoded = '\f'; break;
    case 'u': return DecodeUnicode(p + 1, end, out);
    default: return nullptr;
  }
  *(*out)++ = decoded;
  return p + 1;
}

}  // namespace sluice::decode
